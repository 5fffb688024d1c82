"""The hash in plain Python is the one scikit-learn uses, bit by bit."""

from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction import FeatureHasher
from sklearn.utils import murmurhash3_32

from model.release.murmur import hashed_column, murmur3_32


@given(st.binary(max_size=40))
def test_bytes_hash_as_in_scikit_learn(data):
    assert murmur3_32(data) == murmurhash3_32(data, seed=0, positive=True)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from([8, 1000, 2**18, 2**20]),
    st.booleans(),
)
def test_words_fall_into_the_columns_of_scikit_learn(word, n_features, alternate_sign):
    hasher = FeatureHasher(n_features, input_type="string", alternate_sign=alternate_sign)
    row = hasher.transform([[word]])
    column = hashed_column(word, n_features, alternate_sign)
    assert row.indices[0] == (column if column >= 0 else ~column)
    assert row.data[0] == (1 if column >= 0 else -1)

"""Text pipelines: every vectorizer and classifier that can be compiled answers as scikit-learn does."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from model.compiling import CannotCompile
from model.release.text import normalize_text


def of_text(*steps):
    return make_pipeline(ColumnTransformer([("text", steps[0], "text")]), *steps[1:])


VECTORIZERS = {
    "count": CountVectorizer(ngram_range=(1, 2)),
    "binary": CountVectorizer(binary=True, preprocessor=normalize_text, ngram_range=(1, 2)),
    "pairs": CountVectorizer(ngram_range=(2, 3), lowercase=False, strip_accents="unicode"),
    "stop_words": CountVectorizer(stop_words=["the", "not"], token_pattern=r"(?u)\b[a-z]\w*\b", strip_accents="ascii"),
    "tfidf": TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, 2)),
    "tfidf_l1": TfidfVectorizer(norm="l1", stop_words="english"),
    "tfidf_bare": TfidfVectorizer(norm=None, smooth_idf=False),
    "tf": TfidfVectorizer(use_idf=False),
    "tf_binary": TfidfVectorizer(binary=True, sublinear_tf=True, max_features=10),
    "hashed": HashingVectorizer(n_features=2**10, alternate_sign=False, preprocessor=normalize_text),
    "hashed_signed": HashingVectorizer(n_features=16, ngram_range=(1, 2)),
    "hashed_binary": HashingVectorizer(n_features=8, binary=True, norm="l1"),
    "hashed_bare": HashingVectorizer(n_features=32, norm=None),
}


@pytest.mark.parametrize("vectorizer", VECTORIZERS.values(), ids=VECTORIZERS)
def test_every_vectorizer(vectorizer, texts, prove):
    _, fidelity = prove(of_text(vectorizer, LogisticRegression()), texts)
    assert fidelity.labels_different == 0
    assert fidelity.greatest_difference < 1e-12
    assert fidelity.probes > 10
    assert fidelity.refused >= 1, "no vectorizer takes a missing text"


CLASSIFIERS = {
    "multinomial": MultinomialNB(),
    "complement": ComplementNB(norm=True),
    "bernoulli": BernoulliNB(),
    "svm": CalibratedClassifierCV(LinearSVC(), method="sigmoid", ensemble=False, cv=2),
    "logistic": CalibratedClassifierCV(LogisticRegression(), ensemble=False, cv=2),
    "descent": SGDClassifier(loss="log_loss", random_state=0),
}


@pytest.mark.parametrize("classifier", CLASSIFIERS.values(), ids=CLASSIFIERS)
@pytest.mark.parametrize("labels", [2, 3])
def test_every_classifier(classifier, labels, texts, prove):
    frame, target = texts
    target = target + (frame["text"].str.len().to_numpy() > 60) if labels == 3 else target
    _, fidelity = prove(of_text(CountVectorizer(), classifier), (frame, target))
    assert fidelity.greatest_difference < 1e-10


def test_the_ways_to_pick_a_column_and_to_weigh_it(texts, prove, compiled):
    pick = FunctionTransformer(lambda frame: frame["text"])
    filled = make_pipeline(
        SimpleImputer(strategy="constant", missing_values=None, fill_value=""),
        FunctionTransformer(np.ravel),
        CountVectorizer(),
        TfidfTransformer(sublinear_tf=True),
    )
    pipeline = make_pipeline(ColumnTransformer([("text", filled, ["text"])]), LogisticRegression())
    _, fidelity = prove(pipeline, texts)
    assert fidelity.refused == 0, "an imputer takes a missing text"
    with pytest.raises(CannotCompile, match=r"step 'functiontransformer' .*<lambda> is code, not data"):
        compiled(make_pipeline(pick, CountVectorizer(), LogisticRegression()), texts, labels=2)


def test_words_beside_a_table(mixed, prove):
    columns = ColumnTransformer(
        [
            ("words", FeatureUnion([("one", CountVectorizer()), ("two", TfidfVectorizer(ngram_range=(2, 2)))]), "note"),
            ("size", "passthrough", ["size"]),
            ("age", SimpleImputer(), [1]),
        ]
    )
    scorer, fidelity = prove(make_pipeline(columns, LogisticRegression()), mixed)
    assert fidelity.greatest_difference < 1e-11
    assert scorer.exact


def test_a_regression_of_words(texts, prove):
    frame, _ = texts
    pipeline = of_text(TfidfVectorizer(), Ridge())
    _, fidelity = prove(pipeline, (frame, frame["text"].str.len().to_numpy(dtype=float) + 7))
    assert fidelity.greatest_difference < 1e-12


REFUSED = {
    "preprocessor is code": CountVectorizer(preprocessor=str.upper),
    "only words": CountVectorizer(analyzer="char_wb", ngram_range=(2, 3)),
    "n-grams of up to 9": CountVectorizer(ngram_range=(1, 9)),
    "token_pattern can": CountVectorizer(tokenizer=str.split, token_pattern=None),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_code_is_refused_by_the_name_of_its_step(why, texts, compiled):
    pipeline = Pipeline([("words", ColumnTransformer([("bag", REFUSED[why], "text")])), ("nb", MultinomialNB())])
    with pytest.raises(CannotCompile, match=rf"^step 'bag' \(CountVectorizer\): .*{why}"):
        compiled(pipeline, texts, labels=2)


def test_a_classifier_that_is_known_only_in_part(texts, compiled):
    for classifier, why in [
        (LinearSVC(), "LinearSVC is no model"),
        (SGDClassifier(loss="modified_huber"), "loss='modified_huber'"),
        (CalibratedClassifierCV(LinearSVC(), cv=2), "ensemble=False"),
        (CalibratedClassifierCV(LinearSVC(), method="isotonic", ensemble=False, cv=2), "sigmoid"),
    ]:
        pipeline = of_text(CountVectorizer(), classifier)
        with pytest.raises(CannotCompile, match=why):
            compiled(pipeline, texts, labels=2)


def test_labels_must_be_those_that_were_seen(texts, compiled):
    pipeline = of_text(CountVectorizer(), MultinomialNB())
    with pytest.raises(CannotCompile, match="it saw 2 labels, the model has 3"):
        compiled(pipeline, texts, labels=3)


def test_hashed_words_answer_the_same_with_and_without_training_texts(texts, prove):
    with_rows, _ = prove(of_text(VECTORIZERS["hashed_signed"], LogisticRegression()), texts)
    without, _ = prove(of_text(VECTORIZERS["hashed_signed"], LogisticRegression()), texts, rows=False)
    rows = [{"text": text} for text in texts[0]["text"]]
    assert np.allclose(with_rows.answer(rows), without.answer(rows), rtol=0, atol=1e-15)
    assert with_rows.knows("awful")
    assert not with_rows.knows("unheard")
    assert without.knows("unheard"), "without a vocabulary nothing is unknown"


def test_words_are_known_as_the_model_reads_them(texts, prove):
    scorer, _ = prove(of_text(CountVectorizer(preprocessor=normalize_text), MultinomialNB()), texts)
    assert scorer.knows("CAFÉ")
    assert not scorer.knows("unheard")

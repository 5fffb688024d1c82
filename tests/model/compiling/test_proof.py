"""The proof sees every scorer that answers otherwise than its pipeline, and says for which row."""

import copy

import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline

from model.compiling import NotEqual
from model.compiling.probes import frame_of, probe_rows, rows_of
from model.compiling.proof import prove_equal
from model.release.schema import Field
from model.release.scorer import load_scorer

SIZE_AND_AGE = [Field("size", "number", maximum=500), Field("age", "number", nullable=True)]


@pytest.fixture
def priced(table, compiled):
    frame, value = table
    columns = ColumnTransformer([("size", "passthrough", ["size"]), ("age", SimpleImputer(), ["age"])])
    pipeline = make_pipeline(columns, Ridge())
    document = compiled(pipeline, (frame[["size", "age"]], value))
    return pipeline, document, frame[["size", "age"]]


def changed(document, change):
    document = copy.deepcopy(document)
    change(document["scorer"])
    return load_scorer(document)


def test_an_honest_scorer_passes(priced):
    pipeline, document, frame = priced
    fidelity = prove_equal(pipeline, load_scorer(document), frame, SIZE_AND_AGE)
    assert (fidelity.rows, fidelity.labels_different, fidelity.refused) == (len(frame), 0, 5), (
        "nothing stands in for a size"
    )
    assert fidelity.probes > 30


def test_a_coefficient_off_by_a_millionth_is_seen(priced):
    pipeline, document, frame = priced

    def shift(scorer):
        scorer["fields"]["outputs"][0]["numbers"][0][2] *= 1 + 1e-6

    with pytest.raises(NotEqual, match=r"the scorer answers .*, the pipeline .*, for \{'size': "):
        prove_equal(pipeline, changed(document, shift), frame, SIZE_AND_AGE)


def test_a_missing_value_scored_otherwise_is_seen_even_where_no_row_misses_it(priced):
    pipeline, document, frame = priced

    def shift(scorer):
        scorer["fields"]["outputs"][0]["numbers"][1][3] += 1.0

    with pytest.raises(NotEqual, match="'age': None"):
        prove_equal(pipeline, changed(document, shift), frame.dropna(), SIZE_AND_AGE)


def test_a_refusal_of_what_the_pipeline_answers_is_seen(priced):
    pipeline, document, frame = priced

    def refuse(scorer):
        scorer["fields"]["outputs"][0]["numbers"][1][3] = None

    with pytest.raises(NotEqual, match="refuses what the pipeline answers: age"):
        prove_equal(pipeline, changed(document, refuse), frame.dropna(), SIZE_AND_AGE)


def test_labels_that_differ_are_counted(texts, compiled):
    pipeline = make_pipeline(ColumnTransformer([("text", CountVectorizer(), "text")]), LogisticRegression())
    document = compiled(pipeline, texts, labels=2)

    def turn(scorer):
        scorer["intercepts"][0] += 2.0

    with pytest.raises(NotEqual, match=r"^\d+ labels differ; "):
        prove_equal(pipeline, changed(document, turn), texts[0], [Field("text", "text")])


def test_an_answer_that_depends_on_its_batch_is_seen(priced):
    pipeline, document, frame = priced
    honest = load_scorer(document)

    class Leaking:
        def answer(self, rows):
            answers = honest.answer(rows)
            return [answer * (1 + 1e-10 * (len(rows) == 1)) for answer in answers]

    with pytest.raises(NotEqual, match="depends on its batch"):
        prove_equal(pipeline, Leaking(), frame, SIZE_AND_AGE)


def test_answers_of_another_shape_are_seen(priced, texts, compiled):
    pipeline, _, frame = priced
    words = make_pipeline(ColumnTransformer([("text", CountVectorizer(), "text")]), LogisticRegression())
    other = load_scorer(compiled(words, texts, labels=2))

    class Mistaken:
        def answer(self, rows):
            return other.answer([{"text": "good"} for _ in rows])

    with pytest.raises(NotEqual, match="the pipeline values"):
        prove_equal(pipeline, Mistaken(), frame, SIZE_AND_AGE)


def test_rows_and_frames_are_each_others_inverse(table):
    frame, _ = table
    fields = [Field("size", "number"), Field("age", "number"), Field("kind", "category", unknown="accept")]
    rows = rows_of(frame, fields)
    assert any(row["age"] is None for row in rows)
    assert frame_of(rows, fields).equals(frame[["size", "age", "kind"]].reset_index(drop=True))


def test_probes_try_each_field_alone_and_all_at_once(table):
    frame, _ = table
    rows = rows_of(frame[["size", "age"]], SIZE_AND_AGE)
    probes = list(probe_rows(rows, SIZE_AND_AGE))
    assert {"size": None, "age": None} in probes
    assert any(probe["size"] == 500 and probe["age"] == rows[0]["age"] for probe in probes), "its own bound"

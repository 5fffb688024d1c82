"""A scorer read from data: what it answers, explains, refuses, and how its work grows."""

import copy
import time

import pytest

from model.release.errors import BadDocument, UnknownSchemaVersion
from model.release.scorer import Unanswerable, load_scorer

READER = {
    "field": "text",
    "fill": None,
    "prepare": ["normalize"],
    "token_pattern": r"(?u)\b\w\w+\b",
    "stop_words": [],
    "ngram_range": [1, 2],
    "vocabulary": ["good", "bad", "not good"],
}
WORDS = {
    "reader": 0,
    "norm": None,
    "count": "count",
    "idf": None,
    "known": None,
    "weights": [{"length": 3, "values": [1.0, -1.5, -2.0]}],
}
FIELDS = {
    "outputs": [{
        "numbers": [["size", 100.0, 0.5, None], ["age", 10.0, -1.0, 3.0]],
        "tables": [["town", ["A", "B"], [1.0, 2.0], None, 0.5]],
        "curves": [["size", 2.0, [["apply", "sqrt"]]]],
    }]
}  # fmt: skip
ROW = {"size": 144.0, "age": None, "town": "B"}
REFERENCE = {"size": 100.0, "age": 10.0, "town": "A"}


def document(scorer, labels=(), readers=()):
    return {"schema": 1, "task": "x", "labels": list(labels), "band": None, "readers": list(readers), "scorer": scorer}


def linear(link, fields=None, words=()):
    return {"family": "linear", "link": link, "intercepts": [0.25], "fields": fields, "words": list(words)}


@pytest.fixture
def words():
    return load_scorer(document(linear("logit", words=[WORDS]), ["no", "yes"], [READER]))


@pytest.fixture
def fields():
    return load_scorer(document(linear("identity", FIELDS)))


def test_a_table_is_scored_by_hand(fields):
    assert fields.answer([ROW]) == [0.25 + 22.0 + 3.0 + 2.0 + 24.0]
    assert fields.answer([]) == []


def test_an_exact_explanation_adds_up(fields):
    contributions = fields.explain(ROW, REFERENCE)
    assert [(each.feature, each.value) for each in contributions] == [("size", 144.0), ("age", None), ("town", "B")]
    (here,), (there,) = fields.answer([ROW]), fields.answer([REFERENCE])
    assert sum(each.amount for each in contributions) == pytest.approx(here - there)
    assert fields.unit == "answer"


def test_words_push_towards_the_last_label(words):
    contributions = words.explain({"text": "Good, good and BAD!"}, {})
    assert [tuple(each) for each in contributions] == [("good", 2.0, 2.0), ("bad", 1.0, -1.5)]
    assert words.unit == "log-odds of yes"
    assert words.answer([{"text": "not good"}])[0][1] < 0.5 < words.answer([{"text": "good"}])[0][1]


def test_what_was_never_learned_is_refused_by_the_name_of_the_field(fields, words):
    with pytest.raises(Unanswerable, match=r"^size: it is missing"):
        fields.answer([{**ROW, "size": None}])
    with pytest.raises(Unanswerable, match=r"^town: it is missing"):
        fields.answer([{**ROW, "town": None}])
    with pytest.raises(Unanswerable, match=r"^text: there is no text"):
        words.answer([{"text": None}])


def test_a_change_explains_what_does_not_add_up():
    tree = {"output": 0, "feature": [0, -1, -1], "number": [1.0, 5.0, 7.0], "right": [2, 0, 0]}
    trees = {"family": "trees", "inputs": [{"field": "x", "steps": []}], "baseline": [0.0], "divisor": 1}
    scorer = load_scorer(document({**trees, "link": "identity", "trees": [tree]}))
    assert [tuple(each) for each in scorer.explain({"x": 2.0, "y": 1.0}, {"x": 0.0, "y": 0.0})] == [("x", 2.0, 2.0)]
    assert not scorer.exact
    assert scorer.explain({"x": 2.0}, {}) == [], "a field without a reference cannot be exchanged"


def test_several_labels_are_explained_for_the_one_answered():
    outputs = [{"numbers": [["x", 0.0, slope, None]], "tables": [], "curves": []} for slope in (1.0, 2.0, -3.0)]
    node = {"family": "linear", "link": "softmax", "intercepts": [0.0] * 3, "fields": {"outputs": outputs}, "words": []}
    scorer = load_scorer(document(node, ["a", "b", "c"]))
    assert [each.amount for each in scorer.explain({"x": 1.0}, {"x": 0.0})] == [2.0]
    assert [each.amount for each in scorer.explain({"x": -1.0}, {"x": 0.0})] == [3.0]
    assert scorer.unit.endswith("of the label answered")


def test_a_document_of_no_sense_is_refused():
    good = document(linear("identity", FIELDS))
    for key, value, why in [("scorer", {"family": "oracle"}, "family 'oracle'"), ("scorer", {}, "family is missing")]:
        with pytest.raises(BadDocument, match=why):
            load_scorer({**good, key: value})
    with pytest.raises(UnknownSchemaVersion):
        load_scorer({**good, "schema": 2})
    broken = copy.deepcopy(good)
    broken["scorer"]["link"] = "os.system"
    with pytest.raises(BadDocument, match=r"cannot be read: KeyError\('os.system'\)"):
        load_scorer(broken)


def test_work_grows_with_the_text_and_no_faster(words):
    def seconds(n_words):
        row = {"text": " ".join(f"word{i} good" for i in range(n_words // 2))}
        times = []
        for _ in range(3):
            started = time.process_time()
            words.answer([row])
            times.append(time.process_time() - started)
        return min(times)

    assert seconds(100_000) < 25 * seconds(10_000), "ten times the words; quadratic would be a hundred times"

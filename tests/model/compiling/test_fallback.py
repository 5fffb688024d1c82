"""What cannot be compiled is served by scikit-learn itself, behind the same interface."""

import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from model.compiling import CannotCompile, CompilingError
from model.compiling.fallback import save_pipeline
from model.compiling.probes import rows_of
from model.compiling.proof import prove_equal
from model.release.errors import BadDocument
from model.release.schema import Field
from model.release.scorer import Unanswerable, load_scorer

FIELDS = [
    Field("size", "number"),
    Field("age", "number", nullable=True),
    Field("kind", "category", nullable=True, unknown="accept"),
    Field("town", "category", unknown="accept"),
]


@pytest.fixture
def few(table):
    frame, value = table
    return frame.head(60), value[:60]


def neighbours(model, numbers=None):
    columns = [("numbers", numbers or make_pipeline(SimpleImputer(), StandardScaler()), ["size", "age"])]
    return make_pipeline(
        ColumnTransformer([*columns, ("kind", OneHotEncoder(handle_unknown="ignore"), ["kind"])]), model
    )


def saved(pipeline, data, folder, task="regression", labels=()):
    document = save_pipeline(pipeline.fit(*data), FIELDS, task, labels, folder)
    return load_scorer(json.loads(json.dumps(document)), folder)


def test_it_answers_as_the_pipeline(few, tmp_path, compiled):
    pipeline = neighbours(KNeighborsRegressor())
    with pytest.raises(CannotCompile, match="KNeighborsRegressor is no model"):
        compiled(pipeline, few)
    scorer = saved(pipeline, few, tmp_path)
    fidelity = prove_equal(pipeline, scorer, few[0], FIELDS)
    assert fidelity.greatest_difference < 1e-15
    assert not scorer.exact
    assert scorer.members() == {}
    assert scorer.answer([]) == []


def test_classes_and_their_explanation(table, tmp_path):
    frame, value = table
    scorer = saved(
        neighbours(KNeighborsClassifier()),
        (frame, (value > np.median(value)).astype(int)),
        tmp_path,
        "binary",
        ["no", "yes"],
    )
    row = rows_of(frame, FIELDS)[0]
    reference = {**row, "size": 20.0, "age": 90.0}
    (here,) = scorer.answer([row])
    (there,) = scorer.answer([{**row, "size": 20.0}])
    found = {each.feature: each.amount for each in scorer.explain(row, reference)}
    assert found.get("size", 0.0) == pytest.approx(here[1] - there[1])
    assert scorer.unit == "change of the probability of yes"
    assert scorer.knows("anything")


def test_a_row_that_the_pipeline_refuses_is_unanswerable_and_named(table, tmp_path):
    scorer = saved(
        neighbours(KNeighborsRegressor(), "passthrough"), (table[0].fillna({"age": 0.0}), table[1]), tmp_path
    )
    with pytest.raises(Unanswerable, match="the model refuses this row: Input"):
        scorer.answer([{"size": 1.0, "age": None, "kind": None, "town": "A"}])


def test_members_of_a_vote(table, tmp_path):
    vote = VotingRegressor([(name, neighbours(KNeighborsRegressor(n))) for name, n in [("two", 2), ("nine", 9)]])
    scorer = saved(vote, table, tmp_path)
    rows = rows_of(table[0], FIELDS)[:5]
    two, nine = (np.array(scorer.members()[name].answer(rows)) for name in ("two", "nine"))
    assert np.allclose((two + nine) / 2, scorer.answer(rows))


def test_code_of_nobodys_library_is_not_saved(table, tmp_path):
    odd = make_pipeline(SimpleImputer(), FunctionTransformer(_own_function), StandardScaler())
    with pytest.raises(CompilingError, match="_own_function: of no library"):
        saved(neighbours(KNeighborsRegressor(), odd), table, tmp_path)
    assert not list(tmp_path.iterdir())


def test_code_of_a_model_s_folder_that_does_not_travel_is_not_saved(table, tmp_path, monkeypatch):
    """It is there now, and would be gone where the release answers."""
    monkeypatch.setattr(_own_function, "__module__", "model.library.toy.features")
    monkeypatch.setitem(sys.modules, "model.library.toy.features", SimpleNamespace(_own_function=_own_function))
    odd = make_pipeline(SimpleImputer(), FunctionTransformer(_own_function), StandardScaler())
    with pytest.raises(CompilingError, match=r"_own_function: of no library .* belongs into the model's runtime\.py"):
        saved(neighbours(KNeighborsRegressor(), odd), table, tmp_path)
    assert not list(tmp_path.iterdir())


def _own_function(x):
    return x


def test_types_that_the_document_does_not_name_are_not_built(table, tmp_path):
    odd = make_pipeline(SimpleImputer(), FunctionTransformer(np.log1p), StandardScaler())
    document = save_pipeline(neighbours(KNeighborsRegressor(), odd).fit(*table), FIELDS, "regression", (), tmp_path)
    assert document["scorer"]["trusted"], "skops does not trust everything by itself"
    document["scorer"]["trusted"] = []
    with pytest.raises(BadDocument, match=r"scorer.skops: it holds types that scorer.json does not name"):
        load_scorer(document, tmp_path)
    with pytest.raises(BadDocument, match="needs the folder"):
        load_scorer(document)

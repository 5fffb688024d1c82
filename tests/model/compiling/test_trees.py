"""Trees, forests and boosting: every split, every missing direction and every category goes the way it did."""

import numpy as np
import pytest
from sklearn import ensemble, tree
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from model.compiling import CannotCompile
from model.compiling.trees import widened

NUMBERS, CATEGORIES = ["size", "age"], ["kind", "town"]
CODES = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)


def of_table(model, numbers="passthrough", categories=CODES):
    return make_pipeline(ColumnTransformer([("codes", categories, CATEGORIES), ("numbers", numbers, NUMBERS)]), model)


REGRESSORS = {
    "tree": tree.DecisionTreeRegressor(min_samples_leaf=3),
    "best first": tree.DecisionTreeRegressor(max_leaf_nodes=12),
    "extra tree": tree.ExtraTreeRegressor(random_state=0),
    "forest": ensemble.RandomForestRegressor(8, random_state=0),
    "extra trees": ensemble.ExtraTreesRegressor(8, random_state=0),
    "histogram": ensemble.HistGradientBoostingRegressor(max_iter=30, max_leaf_nodes=8, monotonic_cst=[0, 0, 1, 0]),
    "deep histogram": ensemble.HistGradientBoostingRegressor(max_iter=10, max_leaf_nodes=31, min_samples_leaf=3),
    "categories": ensemble.HistGradientBoostingRegressor(max_iter=30, max_leaf_nodes=8, categorical_features=[0, 1]),
    "deep categories": ensemble.HistGradientBoostingRegressor(
        max_iter=10, min_samples_leaf=2, categorical_features=[0, 1]
    ),
    "counts": ensemble.HistGradientBoostingRegressor(loss="poisson", max_iter=10),
}


@pytest.mark.parametrize("model", REGRESSORS.values(), ids=REGRESSORS)
def test_regressions(model, table, prove):
    scorer, fidelity = prove(of_table(model), table)
    assert fidelity.greatest_difference < 1e-14
    assert fidelity.probes > 100
    assert not scorer.exact


CLASSIFIERS = {
    "tree": tree.DecisionTreeClassifier(min_samples_leaf=3),
    "forest": ensemble.RandomForestClassifier(7, random_state=0),
    "extra trees": ensemble.ExtraTreesClassifier(7, random_state=0),
    "histogram": ensemble.HistGradientBoostingClassifier(max_iter=12, categorical_features=[1]),
}


@pytest.mark.parametrize("model", CLASSIFIERS.values(), ids=CLASSIFIERS)
@pytest.mark.parametrize("labels", [2, 3])
def test_classes(model, labels, table, prove):
    frame, value = table
    classes = np.digitize(value, np.quantile(value, np.linspace(0, 1, labels + 1)[1:-1]))
    _, fidelity = prove(of_table(model), (frame, classes))
    assert fidelity.labels_different == 0
    assert fidelity.greatest_difference < 1e-14


@pytest.mark.parametrize("labels", [0, 2, 3])
@pytest.mark.parametrize("init", [None, "zero"])
def test_gradient_boosting(labels, init, table, prove):
    frame, value = table
    kind = ensemble.GradientBoostingClassifier if labels else ensemble.GradientBoostingRegressor
    target = np.digitize(value, np.quantile(value, np.linspace(0, 1, labels + 1)[1:-1])) if labels else value
    filled = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    pipeline = of_table(kind(n_estimators=12, init=init), filled, OneHotEncoder(handle_unknown="ignore"))
    _, fidelity = prove(pipeline, (frame, target))
    assert fidelity.labels_different == 0
    assert fidelity.greatest_difference < 1e-14


def test_categories_that_boosting_encodes_itself(table, prove):
    frame, value = table
    typed = frame.assign(kind=frame["kind"], town=frame["town"])
    model = ensemble.HistGradientBoostingRegressor(max_iter=20, categorical_features=["kind", "town"])
    _, fidelity = prove(model, (typed, value))
    assert fidelity.greatest_difference < 1e-14
    assert fidelity.probes > 100


@pytest.mark.parametrize("threshold", [0.1, 0.5, -3.3, 1e-40, 16777217.0, 3.4e38, 0.0, 1 / 3])
def test_a_widened_threshold_parts_doubles_as_single_precision_does(threshold):
    edge = widened(threshold)
    for x in (edge, np.nextafter(edge, np.inf), np.nextafter(edge, -np.inf), threshold):
        with np.errstate(over="ignore"):
            assert (x <= edge) == (float(np.float32(x)) <= threshold)


def test_what_trees_cannot_say_is_refused(table, mixed, compiled):
    odd = ensemble.GradientBoostingRegressor(n_estimators=2, init=Ridge())
    filled = of_table(odd, SimpleImputer(), OneHotEncoder(handle_unknown="ignore"))
    with pytest.raises(CannotCompile, match="starts from Ridge"):
        compiled(filled, table)
    frame, classes = mixed
    exponential = ensemble.GradientBoostingClassifier(n_estimators=2, loss="exponential")
    with pytest.raises(CannotCompile, match="loss='exponential'"):
        compiled(of_table(exponential, SimpleImputer(), OneHotEncoder()), (frame, classes > 0), labels=2)
    words = ColumnTransformer([("words", CountVectorizer(), "note")])
    with pytest.raises(CannotCompile, match="after a vectorizer"):
        compiled(make_pipeline(words, tree.DecisionTreeClassifier()), mixed, labels=3)

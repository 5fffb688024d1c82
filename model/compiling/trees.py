"""Decision trees, forests and boosting: each tree as three lists, its questions about what the fields have become."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn import ensemble, tree
from sklearn.dummy import DummyClassifier, DummyRegressor

from model.compiling.errors import CannotCompile
from model.compiling.state import Plan, State
from model.compiling.table import encoded

Node = dict[str, Any]
Question = tuple[int, bool, Any]
"""Input, whether a missing value answers yes, and a threshold (float) or the codes that answer yes (list)."""


def _document(state: State, where: str, trees: list[Node], baseline: Any, divisor: float, link: str) -> Node:
    inputs = [{"field": column.field, "steps": list(column.steps)} for column in state.columns(where)]
    used = sorted({feature for each in trees for feature, _ in each["feature"] if feature >= 0})
    place = {feature: i for i, feature in enumerate(used)}
    for each in trees:
        # The second half of the values is for nodes that send a missing value to yes (model/release/trees.py).
        each["feature"] = [-1 if f < 0 else place[f] + len(used) * missing for f, missing in each["feature"]]
    return {
        "family": "trees",
        "inputs": [inputs[feature] for feature in used],
        "baseline": [float(each) for each in baseline],
        "divisor": divisor,
        "link": link,
        "trees": trees,
    }


def _tree(output: int | None, node: Callable[[int], tuple[Question, int, int] | Any]) -> Node:
    """A tree depth first, from a function that gives of a node its question and branches, or its answer."""
    feature: list[tuple[int, bool]] = []
    number: list[Any] = []
    right: list[int] = []
    stack: list[tuple[int, int]] = [(0, -1)]
    while stack:
        at, parent = stack.pop()
        if parent >= 0:
            right[parent] = len(feature)
        found = node(at)
        right.append(0)
        if isinstance(found, tuple):
            (asked, missing, test), yes, no = found
            feature.append((asked, missing))
            number.append(test)
            stack += [(no, len(feature) - 1), (yes, -1)]
        else:
            feature.append((-1, False))
            number.append(found)
    return {"output": output, "feature": feature, "number": number, "right": right}


def widened(threshold: float) -> float:
    """The largest double that is not above the threshold once it is rounded to single precision.

    scikit-learn's trees round what they are given to single precision and then compare; this makes it one comparison.
    """
    with np.errstate(over="ignore"):
        below = np.float32(threshold)
        if float(below) > threshold:
            below = np.nextafter(below, np.float32(-np.inf))
        above = np.nextafter(below, np.float32(np.inf))
        if not np.isfinite(above) or not np.isfinite(below):
            return float(np.clip(threshold, -np.finfo(float).max, np.finfo(float).max))
        middle = (float(below) + float(above)) / 2
        return middle if np.float32(middle) == below else float(np.nextafter(middle, -np.inf))


def _sklearn_tree(fitted: Any, output: int | None, answer: Callable[[Any], Any]) -> Node:
    inner = fitted.tree_
    feature, left, right = inner.feature.tolist(), inner.children_left.tolist(), inner.children_right.tolist()
    threshold, missing_left, value = inner.threshold.tolist(), inner.missing_go_to_left.tolist(), inner.value

    def node(at: int) -> Any:
        if left[at] < 0:
            return answer(value[at])
        return (feature[at], bool(missing_left[at]), widened(threshold[at])), left[at], right[at]

    return _tree(output, node)


def _regression_trees(trees: Sequence[Any], state: State, where: str) -> Node:
    documents = [_sklearn_tree(each, 0, lambda value: float(value[0, 0])) for each in trees]
    return _document(state, where, documents, [0.0], len(documents), "identity")


def _classification_trees(trees: Sequence[Any], state: State, plan: Plan, where: str) -> Node:
    documents = [_sklearn_tree(each, None, lambda value: value[0].tolist()) for each in trees]
    return _document(state, where, documents, [0.0] * plan.n_labels, len(documents), "identity")


def _one_regression(model: Any, state: State, plan: Plan, where: str) -> Node:
    return _regression_trees([model], state, where)


def _one_classification(model: Any, state: State, plan: Plan, where: str) -> Node:
    plan.check_labels(model, where)
    return _classification_trees([model], state, plan, where)


def _forest_regression(model: Any, state: State, plan: Plan, where: str) -> Node:
    if model.n_outputs_ != 1:
        raise CannotCompile(f"{where}: it predicts {model.n_outputs_} targets")
    return _regression_trees(model.estimators_, state, where)


def _forest_classification(model: Any, state: State, plan: Plan, where: str) -> Node:
    plan.check_labels(model, where)
    return _classification_trees(model.estimators_, state, plan, where)


def _boosting(model: Any, state: State, plan: Plan, where: str) -> Node:
    if plan.n_labels:
        plan.check_labels(model, where)
        if model.loss != "log_loss":
            raise CannotCompile(f"{where}: loss={model.loss!r}, only log_loss is known")
    if not (isinstance(model.init_, str) or type(model.init_) in (DummyRegressor, DummyClassifier)):
        raise CannotCompile(f"{where}: it starts from {type(model.init_).__name__}, not from a constant")
    # A constant start, so any row tells it.
    baseline = np.ravel(model._raw_predict_init(np.zeros((1, model.n_features_in_), dtype=np.float32)))
    rate = model.learning_rate
    documents = [
        _sklearn_tree(each, output, lambda value: float(rate * value[0, 0]))
        for stage in model.estimators_
        for output, each in enumerate(stage)
    ]
    return _document(state, where, documents, baseline, 1.0, _link(plan))


def _link(plan: Plan) -> str:
    return {0: "identity", 2: "logit"}.get(plan.n_labels, "softmax")


def _histogram_boosting(model: Any, state: State, plan: Plan, where: str) -> Node:
    if plan.n_labels:
        plan.check_labels(model, where)
    state = _native_categories(model, state, where)
    known = _known_codes(model)
    documents = [
        _histogram_tree(predictor, output, known)
        for stage in model._predictors
        for output, predictor in enumerate(stage)
    ]
    document = _document(state, where, documents, np.ravel(model._baseline_prediction), 1.0, _link(plan))
    if not plan.n_labels and type(model._loss.link).__name__ == "LogLink":
        return {"family": "transformed", "inverse": "exp", "scorer": document}
    return document


def _native_categories(model: Any, state: State, where: str) -> State:
    """With categorical_features the model encodes them itself and puts them first."""
    if model._preprocessor is None:
        return state
    columns = state.columns(where)
    mask = model.is_categorical_
    categories = [column for column, is_category in zip(columns, mask, strict=True) if is_category]
    numbers = [column for column, is_category in zip(columns, mask, strict=True) if not is_category]
    encoder = model._preprocessor.named_transformers_["encoder"]
    made = [column for columns in encoded(encoder, categories, where) for column in columns] if categories else []
    return State((*made, *numbers))


def _known_codes(model: Any) -> dict[int, set[int]]:
    mapper = model._bin_mapper
    return {
        feature: {int(code) for code in mapper.bin_thresholds_[feature]}
        for feature in np.flatnonzero(mapper.is_categorical_).tolist()
    }


def _histogram_tree(predictor: Any, output: int, known: dict[int, set[int]]) -> Node:
    nodes, bitsets = predictor.nodes, predictor.raw_left_cat_bitsets

    def node(at: int) -> Any:
        each = nodes[at]
        if each["is_leaf"]:
            return float(each["value"])
        feature, missing_left = int(each["feature_idx"]), bool(each["missing_go_to_left"])
        left, right = int(each["left"]), int(each["right"])
        if not each["is_categorical"]:
            threshold = min(float(each["num_threshold"]), sys.float_info.max)  # infinity asks "is it there at all?"
            return (feature, missing_left, threshold), left, right
        bits = bitsets[each["bitset_idx"]]
        chosen = {code for code in known[feature] if bits[code // 32] >> np.uint32(code % 32) & 1}
        # A code in no list is answered like a missing one: list those that go the other way.
        if missing_left:
            return (feature, False, [float(code) for code in sorted(known[feature] - chosen)]), right, left
        return (feature, False, [float(code) for code in sorted(chosen)]), left, right

    return _tree(output, node)


FAMILIES: dict[type, Callable[[Any, State, Plan, str], Node]] = {
    tree.DecisionTreeRegressor: _one_regression,
    tree.ExtraTreeRegressor: _one_regression,
    tree.DecisionTreeClassifier: _one_classification,
    tree.ExtraTreeClassifier: _one_classification,
    ensemble.RandomForestRegressor: _forest_regression,
    ensemble.ExtraTreesRegressor: _forest_regression,
    ensemble.RandomForestClassifier: _forest_classification,
    ensemble.ExtraTreesClassifier: _forest_classification,
    ensemble.GradientBoostingRegressor: _boosting,
    ensemble.GradientBoostingClassifier: _boosting,
    ensemble.HistGradientBoostingRegressor: _histogram_boosting,
    ensemble.HistGradientBoostingClassifier: _histogram_boosting,
}
"""By exact type: a subclass may do anything."""

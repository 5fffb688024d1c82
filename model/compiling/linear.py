"""Linear models and naive Bayes: preprocessing and coefficients folded into a number or a table a field."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn import linear_model as lm
from sklearn.calibration import CalibratedClassifierCV
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC, LinearSVR

from model.compiling import table
from model.compiling.errors import CannotCompile
from model.compiling.state import Bag, Column, Plan, State, step
from model.compiling.text import words_document
from model.release.columns import is_missing, program

Array = npt.NDArray[np.float64]
Node = dict[str, Any]


def linear(state: State, coefficients: Any, intercepts: Any, link: str, plan: Plan) -> Node:
    """A linear scorer. `coefficients`: (outputs, columns)."""
    rows = np.atleast_2d(np.asarray(coefficients, dtype=float))
    bases = np.broadcast_to(np.asarray(intercepts, dtype=float).reshape(-1), (len(rows),)).tolist()
    words: list[Node] = []
    weighed: list[list[tuple[Column, float]]] = [[] for _ in rows]
    start = 0
    for piece in state.pieces:
        width = piece.width if isinstance(piece, Bag) else 1
        here = rows[:, start : start + width]
        start += width
        if isinstance(piece, Bag):
            words.append(words_document(piece, here.tolist(), plan))
        else:
            for output, coefficient in zip(weighed, here[:, 0].tolist(), strict=True):
                output.append((piece, coefficient))
    terms = [_terms(output) for output in weighed]
    intercepts = [base + constant for base, (_, constant) in zip(bases, terms, strict=True)]
    fields = {"outputs": [document for document, _ in terms]} if any(weighed) else None
    return {"family": "linear", "link": link, "intercepts": intercepts, "fields": fields, "words": words}


def _terms(weighed: list[tuple[Column, float]]) -> tuple[Node, float]:
    """The terms of one output, and the constant that goes to its intercept."""
    numbers: dict[tuple[str, float], list[float]] = {}
    tables: dict[str, list[tuple[Column, float]]] = {}
    curves: list[list[Any]] = []
    constant = 0.0
    for column, coefficient in weighed:
        if any(name == "table" for name, *_ in column.steps) or column.kind == "category":
            tables.setdefault(column.field, []).append((column, coefficient))
        elif (line := _line(column)) is not None:
            slope, center, offset, missing = line
            constant += coefficient * offset
            sums = numbers.setdefault((column.field, center), [0.0, 0.0])
            sums[0] += coefficient * slope
            sums[1] += coefficient * (missing - offset)
        elif coefficient:
            curves.append([column.field, coefficient, list(column.steps)])
    document = {
        "numbers": [[field, center, slope, _null(missing)] for (field, center), (slope, missing) in numbers.items()],
        "tables": [_folded_table(field, columns) for field, columns in tables.items()],
        "curves": curves,
    }
    return document, constant


def _line(column: Column) -> tuple[float, float, float, float] | None:
    """(slope, center, offset, value where missing) of a column that is a straight line, else None."""
    missing = program(column.steps)(None)
    if column.steps and column.steps[0][0] == "missing":
        return 0.0, 0.0, program(column.steps)(0.0), missing
    slope, center, offset = 1.0, 0.0, 0.0
    for name, *numbers in column.steps:
        if name == "subtract" and slope == 1.0 and offset == 0.0:
            # Kept apart from the offset: x - center loses no digits where slope * x + offset would.
            center += numbers[0]
        elif name in ("subtract", "add"):
            offset += numbers[0] if name == "add" else -numbers[0]
        elif name in ("multiply", "divide"):
            by = operator.mul if name == "multiply" else operator.truediv
            slope, offset = by(slope, numbers[0]), by(offset, numbers[0])
        elif name != "fill":
            return None
    return slope, center, offset, missing


def _folded_table(field: str, columns: list[tuple[Column, float]]) -> list[Any]:
    """What each category adds, over all columns that were made of the field."""
    programs = [(program(column.steps), coefficient) for column, coefficient in columns]

    def amount(value: Any) -> float:
        return math.fsum(run(value) * coefficient for run, coefficient in programs)

    steps = [step for column, _ in columns for step in column.steps]
    keys = dict.fromkeys(key for name, *numbers in steps if name == "table" for key in numbers[0])
    # What an imputer puts in may be a category of its own; then it is one when it is given, too.
    keys.update(dict.fromkeys(numbers[0] for name, *numbers in steps if name == "fill"))
    kind = columns[0][0].kind if not steps else "category"
    unseen: Any = table.NEVER_SEEN[kind] if any(isinstance(key, str) for key in keys) else table.NEVER_SEEN["number"]
    amounts = [_null(amount(key)) for key in keys]
    return [field, list(keys), amounts, _null(amount(None)), _null(amount(unseen))]


def _null(value: float) -> float | None:
    return None if is_missing(value) else value


def _regressor(model: Any, state: State, plan: Plan, where: str) -> Node:
    if np.size(model.intercept_) != 1:
        raise CannotCompile(f"{where}: it predicts {np.size(model.intercept_)} targets")
    return linear(state, np.ravel(model.coef_), model.intercept_, "identity", plan)


def _log_regressor(model: Any, state: State, plan: Plan, where: str) -> Node:
    return {"family": "transformed", "inverse": "exp", "scorer": _regressor(model, state, plan, where)}


def _logistic(model: Any, state: State, plan: Plan, where: str) -> Node:
    plan.check_labels(model, where)
    link = "logit" if plan.n_labels == 2 else "softmax"
    return linear(state, model.coef_, model.intercept_, link, plan)


def _descent_classifier(model: Any, state: State, plan: Plan, where: str) -> Node:
    plan.check_labels(model, where)
    if model.loss != "log_loss":
        raise CannotCompile(f"{where}: loss={model.loss!r}, only log_loss is known to give probabilities")
    return linear(state, model.coef_, model.intercept_, "logit" if plan.n_labels == 2 else "one-vs-rest", plan)


def _bayes(state: State, log_chances: Array, priors: Array, plan: Plan) -> Node:
    if plan.n_labels == 2:
        return linear(state, log_chances[1] - log_chances[0], priors[1] - priors[0], "logit", plan)
    return linear(state, log_chances, priors, "softmax", plan)


def _multinomial(model: Any, state: State, plan: Plan, where: str) -> Node:
    plan.check_labels(model, where)
    return _bayes(state, model.feature_log_prob_, model.class_log_prior_, plan)


def _complement(model: Any, state: State, plan: Plan, where: str) -> Node:
    plan.check_labels(model, where)
    return _bayes(state, model.feature_log_prob_, np.zeros(plan.n_labels), plan)


def _bernoulli(model: Any, state: State, plan: Plan, where: str) -> Node:
    plan.check_labels(model, where)
    bag = state.pieces[0]
    if len(state.pieces) > 1 or not isinstance(bag, Bag) or bag.count == "sublinear" or bag.norm or model.binarize != 0:
        raise CannotCompile(f"{where}: BernoulliNB is known after a CountVectorizer, with binarize=0.0")
    present = State((Bag(bag.reader, bag.width, bag.terms, "present"),))
    absent = np.log(1 - np.exp(model.feature_log_prob_))
    return _bayes(present, model.feature_log_prob_ - absent, model.class_log_prior_ + absent.sum(axis=1), plan)


def _calibrated(model: Any, state: State, plan: Plan, where: str) -> Node:
    plan.check_labels(model, where)
    if len(model.calibrated_classifiers_) != 1 or model.method != "sigmoid":
        raise CannotCompile(f'{where}: only method="sigmoid" with ensemble=False is one linear model')
    (calibrated,) = model.calibrated_classifiers_
    coefficients, intercepts, state = _decision(calibrated.estimator, state, plan, where)
    # Platt: p = 1 / (1 + exp(a f + b)), so the log-odds are -(a f + b).
    slopes = np.array([-calibrator.a_ for calibrator in calibrated.calibrators])
    offsets = np.array([-calibrator.b_ for calibrator in calibrated.calibrators])
    link = "logit" if plan.n_labels == 2 else "one-vs-rest"
    return linear(state, coefficients * slopes[:, None], intercepts * slopes + offsets, link, plan)


def _decision(model: Any, state: State, plan: Plan, where: str) -> tuple[Array, Array, State]:
    """Coefficients and intercepts of a classifier's decision function, and the columns that they weigh."""
    if type(model) is Pipeline:
        state = table.through(model.steps[:-1], state, plan)
        return _decision(model.steps[-1][1], state, plan, step(*model.steps[-1]))
    if type(model) not in DECISIONS:
        raise CannotCompile(f"{where}: it calibrates {type(model).__name__}, which is not linear")
    coefficients = np.atleast_2d(model.coef_)
    return coefficients, np.broadcast_to(np.ravel(model.intercept_), (len(coefficients),)), state


DECISIONS = (LinearSVC, lm.LogisticRegression, lm.SGDClassifier, lm.RidgeClassifier, lm.Perceptron)

_LINES = (
    lm.LinearRegression, lm.Ridge, lm.RidgeCV, lm.Lasso, lm.LassoCV, lm.ElasticNet, lm.ElasticNetCV, lm.BayesianRidge,
    lm.HuberRegressor, lm.SGDRegressor, lm.QuantileRegressor, LinearSVR,
)  # fmt: skip

FAMILIES: dict[type, Callable[[Any, State, Plan, str], Node]] = {
    **dict.fromkeys(_LINES, _regressor),
    lm.PoissonRegressor: _log_regressor,
    lm.GammaRegressor: _log_regressor,
    lm.LogisticRegression: _logistic,
    lm.LogisticRegressionCV: _logistic,
    lm.SGDClassifier: _descent_classifier,
    MultinomialNB: _multinomial,
    ComplementNB: _complement,
    BernoulliNB: _bernoulli,
    CalibratedClassifierCV: _calibrated,
}
"""By exact type: a subclass may do anything."""

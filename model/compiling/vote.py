"""Estimators made of estimators: pipelines, votes, and regressions of a transformed target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from model.compiling import linear, table, trees
from model.compiling.errors import CannotCompile
from model.compiling.state import Plan, State, step
from model.release.numerics import FUNCTIONS

Node = dict[str, Any]


def compile_estimator(estimator: Any, state: State, plan: Plan, where: str) -> Node:
    """The scorer of a fitted estimator of these columns. Raises CannotCompile."""
    if type(estimator) not in FAMILIES:
        raise CannotCompile(f"{where}: {type(estimator).__name__} is no model that can be written as data")
    return FAMILIES[type(estimator)](estimator, state, plan, where)


def _pipeline(pipeline: Any, state: State, plan: Plan, where: str) -> Node:
    state = table.through(pipeline.steps[:-1], state, plan)
    return compile_estimator(pipeline.steps[-1][1], state, plan, step(*pipeline.steps[-1]))


def _soft_vote(vote: Any, state: State, plan: Plan, where: str) -> Node:
    plan.check_labels(vote, where)
    if vote.voting != "soft":
        raise CannotCompile(f"{where}: voting={vote.voting!r}, only soft votes have probabilities")
    return _vote(vote, state, plan)


def _mean(vote: Any, state: State, plan: Plan, where: str) -> Node:
    return _vote(vote, state, plan)


def _vote(vote: Any, state: State, plan: Plan) -> Node:
    kept = [i for i, (_, member) in enumerate(vote.estimators) if not isinstance(member, str)]
    names = [vote.estimators[i][0] for i in kept]
    weights = [1.0 if vote.weights is None else float(vote.weights[i]) for i in kept]
    members = {
        name: compile_estimator(member, state, plan, step(name, member))
        for name, member in zip(names, vote.estimators_, strict=True)
    }
    return {"family": "vote", "weights": weights, "members": members}


def _transformed_target(model: Any, state: State, plan: Plan, where: str) -> Node:
    inner = compile_estimator(model.regressor_, state, plan, step("regressor", model.regressor_))
    transformer = model.transformer_
    if type(transformer) is not FunctionTransformer:
        raise CannotCompile(f"{where}: its target goes through {type(transformer).__name__}")
    inverse = transformer.inverse_func
    if inverse is None:
        return inner
    if not isinstance(inverse, np.ufunc) or inverse.__name__ not in FUNCTIONS:
        raise CannotCompile(f"{where}: its inverse_func is code, not data; numpy's {', '.join(FUNCTIONS)} are known")
    return {"family": "transformed", "inverse": inverse.__name__, "scorer": inner}


FAMILIES: dict[type, Callable[[Any, State, Plan, str], Node]] = {
    **linear.FAMILIES,
    **trees.FAMILIES,
    Pipeline: _pipeline,
    VotingClassifier: _soft_vote,
    VotingRegressor: _mean,
    TransformedTargetRegressor: _transformed_target,
}
"""By exact type: a subclass may do anything."""

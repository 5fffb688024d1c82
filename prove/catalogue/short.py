"""The short form: one commit for every kind of gate and of data check, with as few fits as can be."""

from __future__ import annotations

from dataclasses import replace

from prove.catalogue import BAD, BY_NAME
from prove.commits import Commit

GATED: tuple[Commit, ...] = tuple(
    BY_NAME[name]
    for name in (
        "tiny houses refused",
        "holdout sales entered again",
        "cheap quarters appraised high",
        "ridge broken in the vote",
        "directions let go",
        "films about some people",
        "band of rows it knows",
        "smaller decks only",
        "any living area",
        "slow for every house",
        "ridge with a large penalty",
    )
)
"""One a kind of gate; all but one of the model that is quick to fit."""

CHECKED: tuple[Commit, ...] = tuple(
    replace(commit, trained=False)
    for commit in {
        (each.model, each.expected): each for each in reversed(BAD) if each.expected.startswith("check ")
    }.values()
)
"""One a data check; these are refused before anything is trained."""

HARMLESS: tuple[Commit, ...] = (BY_NAME["penalty up by 5 %"],)

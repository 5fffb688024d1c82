"""The nouns of learning: what a model is, where its rows come from, who its candidates are, what must hold.

A model is a folder in `model/library/` whose `spec.py` defines `SPEC = ModelSpec(...)`; `model.library` finds it there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from model.release.schema import Field

if TYPE_CHECKING:
    import pandas as pd

    from model.behaviour import Edit
    from model.scene import Behaviour

Task = Literal["binary", "multiclass", "regression"]
Statistic = Literal["value", "low", "high"]
GateKind = Literal[
    "floor",
    "ceiling",
    "slice",
    "member",
    "behaviour",
    "identity",
    "coverage",
    "compatibility",
    "security",
    "latency",
    "relative",
]
Slice = Callable[["pd.DataFrame", "pd.DataFrame"], "pd.Series[bool]"]
"""(rows to mask, training rows) -> mask; the training rows give what a slice is cut by, such as a quartile."""


@dataclass(frozen=True)
class Dataset:
    """Where rows come from and which of them count.

    `file` is relative to the model's folder (plain or .gz CSV, UTF-8); project.toml may name a command, query or URL
    that fetches it anew. The split is a pure function of the group: `holdout` if the first 32 bits of
    sha256("<split_salt>:<group>") are below `holdout_share`. Without a group column rows with equal features are
    one group.
    """

    file: str
    target: str
    id: str | None = None
    group: str | None = None
    split: str | None = None
    split_salt: str = "split-v1"
    holdout_share: float = 0.20
    never_features: tuple[str, ...] = ()
    """Columns that may stand in the file and must not be learned from: they are known only after the answer."""
    population: Callable[[pd.DataFrame], pd.Series[bool]] | None = None
    """Which rows the model is for; the others stay out of training, holdout and reference alike."""
    columns: tuple[Field, ...] = ()
    """Columns besides the features and the target that the checks and slices read, with their types."""


@dataclass(frozen=True)
class Check:
    """One thing that must hold of the rows before anything is learned from them.

    `kind` names the function in `model.checks`; `options` are its arguments.
    """

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True)
class Gate:
    """What must hold of a contender: a measurement between inclusive bounds.

    `measure` is a name in evaluation.json (docs/contracts.md); `statistic` says which end of its interval is judged.
    """

    kind: GateKind
    measure: str
    at_least: float | None = None
    at_most: float | None = None
    statistic: Statistic = "value"
    why: str = ""

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise ValueError(f"gate {self.measure}: a gate needs at_least or at_most")


@dataclass(frozen=True)
class Ranking:
    """How candidates are ranked in cross-validation: by this measure, over this many folds by group."""

    measure: str
    greater_is_better: bool = True
    folds: int = 5
    seed: int = 20260101


@dataclass(frozen=True)
class ModelSpec:
    """One model: everything the verbs need to know, and nothing a candidate decides."""

    name: str
    task: Task
    title: str
    dataset: Dataset
    features: tuple[Field, ...]
    ranking: Ranking
    gates: tuple[Gate, ...]
    checks: tuple[Check, ...]
    labels: tuple[str, ...] = ()
    """Names of the classes as the interface answers them, in the order of `label_values`; empty for regression."""
    label_values: tuple[Any, ...] = ()
    """The classes as they stand in the target column."""
    slices: Mapping[str, Slice] = field(default_factory=dict)
    behaviour: Mapping[str, Behaviour] = field(default_factory=dict)
    """Measurements of this model's own by name (`model.behaviour` makes them)."""
    attacks: Mapping[str, Edit] = field(default_factory=dict)
    """Attacks of the security gate by name (`model.attacks` makes them)."""
    coverage: float | None = None
    """Regression: the share of answers the conformal band should cover."""
    relative_band: bool = False
    """Regression: the band (and errors) are relative to the value rather than in its unit."""
    api: int = 1
    """Raise it by one when a release may break those that use the model."""
    card: Mapping[str, str] = field(default_factory=dict)
    """Words of the model card that no figure can give: what for, who may rely on it, limits, must_not."""
    folder: Path = Path()

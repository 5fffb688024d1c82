"""project.toml as typed, frozen values. Every key stands in a dataclass below (or in the room that uses it).

An unknown key, a missing one and a wrong type are WrongSetting: the file, the key, what was seen, what is wanted.
"""

from __future__ import annotations

import dataclasses
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from delivery.clusters import Cluster, replicas_for
from delivery.correction import CorrectionPolicy
from delivery.errors import WrongSetting
from delivery.evidence import Traffic
from delivery.policy import Policy
from model.sources import Source, SourceSettings, read_source

FILE = "project.toml"
NO_KEY = {"no_key": True}
WANTED = {str: "text", int: "a whole number", float: "a number", bool: "true or false", dict: "a table", list: "a list"}


@dataclass(frozen=True)
class Watch:
    """How the watcher beside the servers on this machine looks at production."""

    every_seconds: float
    """How often it reads the metrics; 0: there is no watcher."""
    windows_seconds: tuple[float, ...]
    """It judges what happened within each of these: a short one sees a sudden fault, a long one a slow one."""
    traffic: tuple[Traffic, ...]
    """Whose requests it judges."""

    def __post_init__(self) -> None:
        if not self.every_seconds >= 0:
            raise ValueError(f"every_seconds is {self.every_seconds}, wanted at least 0")
        if not self.windows_seconds or not all(seconds > self.every_seconds for seconds in self.windows_seconds):
            raise ValueError(
                f"windows_seconds are {list(self.windows_seconds)}, wanted some, each longer than every_seconds"
            )
        if not self.traffic:
            raise ValueError("traffic is empty, wanted 'people', 'replay' or both")


@dataclass(frozen=True)
class Local:
    """The target on this machine."""

    base_port: int
    """Where the first model answers; the next one a port higher."""
    faults_allowed: bool
    """Whether MODEL_FAULTS may make a server misbehave."""
    watch: Watch


@dataclass(frozen=True)
class Approval:
    """When a person has to say yes before a release goes to production."""

    policy: Literal["never", "too_good", "always"]


@dataclass(frozen=True)
class Settings:
    """All of project.toml."""

    name: str
    """What the project is called."""
    registry: str
    base_image: str
    base_digest: str
    """`sha256:...` of the base image; empty until images are built."""
    local: Local
    rollout: Policy
    approval: Approval
    correction: CorrectionPolicy
    data: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    """`[data.<model>]`: models whose rows come from elsewhere; the others read the file in their folder."""
    environments: Mapping[str, Cluster] = dataclasses.field(default_factory=dict)
    """`[environments.NAME]`: clusters beside this machine."""
    environment: str = dataclasses.field(default="", metadata=NO_KEY)
    """Which of them is meant; empty: this machine."""
    root: Path = dataclasses.field(default=Path(), metadata=NO_KEY)
    """The folder of project.toml."""

    @property
    def cluster(self) -> Cluster | None:
        """The cluster that is meant; None for this machine."""
        return self.environments[self.environment] if self.environment else None

    def at(self, environment: str) -> Settings:
        """These settings for one environment, with its own words on a rollout; WrongSetting if unknown."""
        if not environment:
            return self
        if environment not in self.environments:
            known = ", ".join(self.environments) or "none"
            raise WrongSetting(f"{FILE}: no [environments.{environment}]; there are: {known}")
        cluster, key = self.environments[environment], f"environments.{environment}.rollout"
        everywhere = {**dataclasses.asdict(self.rollout), "shares": list(self.rollout.shares)}
        policy: Policy = read_table(Policy, {**everywhere, **cluster.rollout}, key, FILE)
        try:
            for share in policy.shares:
                replicas_for(share, cluster.replicas, cluster.max_replicas)
        except ValueError as error:
            raise WrongSetting(f"{FILE}: [environments.{environment}] {error}") from None
        return dataclasses.replace(self, environment=environment, rollout=policy)

    def source_of(self, model: str) -> Source | Path | None:
        """Where a model's rows come from besides its own folder; None where nothing is set."""
        if model not in self.data:
            return None
        try:
            return read_source(model, self.data[model], self.root)
        except SourceSettings as error:
            raise WrongSetting(f"{FILE}: {error}") from None


def load_settings(path: Path) -> Settings:
    """Reads project.toml."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WrongSetting(f"{path.name}: no such file in {path.parent}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSetting(f"{path.name}: not TOML: {error}") from None
    settings: Settings = read_table(Settings, table, "", path.name)
    settings = dataclasses.replace(settings, root=path.resolve().parent)
    for model in settings.data:
        settings.source_of(model)
    return settings


def read_table(kind: Any, table: Mapping[str, Any], key: str, file: str) -> Any:
    """A table as the dataclass `kind`: all of its keys, and no other."""
    fields = {field.name: field for field in dataclasses.fields(kind) if not field.metadata.get("no_key")}
    types_of = typing.get_type_hints(kind)
    for name in table:
        if name not in fields:
            known = ", ".join(fields)
            raise WrongSetting(f"{file}: {dotted(key, name)} is no setting, wanted one of {known}")
    for name, field in fields.items():
        if name not in table and field.default is field.default_factory is dataclasses.MISSING:
            raise WrongSetting(f"{file}: {dotted(key, name)} is missing, wanted {wanted(types_of[name])}")
    values = {name: read_value(types_of[name], value, dotted(key, name), file) for name, value in table.items()}
    try:
        return kind(**values)
    except ValueError as error:
        raise WrongSetting(f"{file}: [{key}] {error}") from None


def read_value(kind: Any, value: Any, key: str, file: str) -> Any:
    """A value as the type a dataclass declares: plain, a choice, optional, a list, a table or tables by name."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return read_value(next(part for part in parts if part is not types.NoneType), value, key, file)
    if origin is Literal:
        return require(value in parts, value, kind, key, file)
    if dataclasses.is_dataclass(kind):
        return read_table(kind, require(type(value) is dict, value, dict, key, file), key, file)
    if origin is tuple:
        require(type(value) is list, value, kind, key, file)
        return tuple(read_value(parts[0], item, f"{key}[{at}]", file) for at, item in enumerate(value))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        require(type(value) is dict, value, kind, key, file)
        return {name: read_value(parts[1], item, dotted(key, name), file) for name, item in value.items()}
    if kind is Any:
        return value
    if kind is float:
        return float(require(type(value) in (int, float), value, kind, key, file))
    return require(type(value) is kind, value, kind, key, file)


def require(fits: bool, value: Any, kind: Any, key: str, file: str) -> Any:
    """The value where it fits; else who, saw, wanted."""
    if not fits:
        raise WrongSetting(f"{file}: {key} is {value!r}, wanted {wanted(kind)}")
    return value


def wanted(kind: Any) -> str:
    """A type in the words of a person who edits the file."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return "one of " + ", ".join(repr(part) for part in parts)
    if origin in (typing.Union, types.UnionType):
        return wanted(parts[0])
    if origin is tuple:
        return f"a list, each {wanted(parts[0])}"
    return WANTED.get(kind, "a table")


def dotted(key: str, name: str) -> str:
    """The path of a key: `rollout.min_requests`."""
    return f"{key}.{name}" if key else name

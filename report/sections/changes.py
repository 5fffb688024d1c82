"""What is different from the release in production: candidate, data, schema, interface, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from report.blocks import Absent, Block, Cell, Section, bullets, say, table
from report.figures import Figures
from report.reading import Document, ModelBuild
from report.text import commit, count, decimals, estimate, number, plural, shorten, title, visible

HEADING = "What changed since the champion"
COLUMNS = ("What", "Champion", "Contender", "Change")
UNKNOWN = "not recorded"


def tell_changes(model: ModelBuild, _: Figures) -> Section | Absent:
    """Contender beside champion, from both releases' own files."""
    evaluation = model.get("evaluation")
    if evaluation is None:
        return Absent(HEADING, "gate was not reached, so no champion was looked at")
    if evaluation["champion"]["state"] == "none":
        return Absent(HEADING, "there is no champion; this would be the first release")
    champion = model.get("champion")
    if champion is None:
        return Absent(HEADING, f"the files of champion {evaluation['champion']['release']} are not in this build")
    facts = table("Origin", COLUMNS, _origin(model, champion))
    figures = table("Figures, each release on the holdout of its own build", COLUMNS, _figures(evaluation, champion))
    return Section("changes", HEADING, (facts, *_fields(model), figures, *_profile(model, champion)))


def _origin(model: ModelBuild, champion: Document) -> Iterator[list[str | Cell]]:
    release, training, check = (model.get(name) or {} for name in ("release", "training", "check"))
    schema = model.either("schema") or {}
    data = champion["data"]
    yield _line("Release", champion["identity"], release.get("identity", "not sealed"))
    yield _line("Candidate", champion["candidate"], training.get("winner", UNKNOWN))
    yield _line("Commit", commit(champion["commit"]), commit(release["commit"]) if release else UNKNOWN)
    yield _line("Data", data["sha256"][:12], str(check.get("data_sha256", UNKNOWN))[:12])
    yield _rows(_total(data["rows"]), _total(check.get("rows")))
    yield _line("Interface number", str(champion["api"]), str(schema.get("api", UNKNOWN)))
    if release:
        yield _line("Server's lock", champion["lock_sha256"][:12], release["lock_sha256"][:12])
        yield _line("Base image", shorten(champion["base_image"], 60), shorten(release["base_image"], 60))


def _line(what: str, before: str, after: str) -> list[str | Cell]:
    change = Cell("= the same", "quiet") if before == after else Cell("≠ changed")
    return [what, before, after, UNKNOWN if after in {UNKNOWN, "not sealed"} else change]


def _total(rows: Any) -> int | None:
    """Rows as one number; where they are counted by part, their sum."""
    return sum(rows.values()) if isinstance(rows, Mapping) else rows


def _rows(before: int | None, after: int | None) -> list[str | Cell]:
    if before is None or after is None:
        return ["Rows", count(before) if before is not None else UNKNOWN, UNKNOWN, UNKNOWN]
    change = f"{number(after - before, 0, signed=True)}" if after != before else Cell("= the same", "quiet")
    return ["Rows", count(before), count(after), change]


def _figures(evaluation: Document, champion: Document) -> Iterator[list[str | Cell]]:
    for name, before in champion["figures"].items():
        after = evaluation["measurements"].get(name)
        if after is None or after["value"] is None or before["value"] is None:
            yield [title(name), _estimate(before), "not measured", "–"]
            continue
        change = after["value"] - before["value"]
        places = decimals(after["value"], before["value"])
        yield [title(name), _estimate(before), _estimate(after), number(change, places, signed=True)]


def _estimate(m: Document) -> str:
    return estimate(m["value"], m["low"], m["high"])


def _fields(model: ModelBuild) -> list[Block]:
    """Fields that came, went or changed; said plainly where a schema is missing."""
    before, after = model.get("champion_schema"), model.either("schema")
    if before is None or after is None:
        return [say("Schema: not compared, the schema of one of them is not in this build.", "quiet")]
    lines = list(_compare({f["name"]: f for f in before["fields"]}, {f["name"]: f for f in after["fields"]}))
    if not lines:
        return [say(f"Schema: the same {plural(len(after['fields']), 'field')}.")]
    return [say("Schema:"), bullets(lines)]


def _compare(before: Mapping[str, Document], after: Mapping[str, Document]) -> Iterator[str]:
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            yield f"− {name}: removed"
        elif name not in before:
            yield f"+ {name}: added ({after[name]['kind']})"
        else:
            told = [
                f"{key} {visible(before[name].get(key))} → {visible(after[name].get(key))}"
                for key in sorted({*before[name], *after[name]})
                if before[name].get(key) != after[name].get(key)
            ]
            if told:
                yield f"≠ {name}: {shorten('; '.join(told), 300)}"


def _profile(model: ModelBuild, champion: Document) -> list[Block]:
    before = dict(_leaves(champion["data"].get("profile") or {}))
    after = dict(_leaves((model.get("check") or {}).get("profile") or {}))
    rows = [
        _profiled(name, before[name], after[name]) for name in before if name in after and before[name] != after[name]
    ]
    return [table("Profile of the data, where it changed", COLUMNS, rows[:40], numeric=COLUMNS[1:])] if rows else []


def _profiled(name: str, before: float, after: float) -> list[str]:
    places = 0 if isinstance(before, int) and isinstance(after, int) else decimals(before, after)
    return [name, number(before, places), number(after, places), number(after - before, places, signed=True)]


def _leaves(profile: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, float]]:
    for key, value in profile.items():
        name = f"{path}{key}".replace("_", " ")
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{name}, ")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield name, value

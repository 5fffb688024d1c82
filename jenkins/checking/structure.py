"""Sections: what may stand where, how often, and what has to be there. Declarative refuses the whole file otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jenkins.checking.catalogue import (
    BLOCKS,
    CHILDREN,
    KINDS_OF_STAGE,
    NEEDED,
    ON_AN_AGENT,
    OPTIONS,
    PIPELINE_ONLY_OPTIONS,
    POST,
    REPEATABLE,
)
from jenkins.checking.findings import Finding, meant
from jenkins.checking.groovy import Call

WHAT = {"post": "condition", "when": "conditional", "options": "option type", "triggers": "trigger type"}
WHAT |= {"agent": "agent type", "parameters": "parameter type", "allOf": "conditional", "anyOf": "conditional"}
VALUE = re.compile(r"=\s*(['\"]|-?\d+$|[A-Za-z_][\w.]*\s*(\(|\.|\+|\?|'|\"|$))")


def sections(pipeline: Call) -> Iterator[tuple[Call, Call | None]]:
    """Every section with the one around it, outermost first; steps are not followed."""
    waiting: list[tuple[Call, Call | None]] = [(pipeline, None)]
    while waiting:
        call, around = waiting.pop(0)
        yield call, around
        if call.name in (*CHILDREN, "options") and call.name != "post":
            waiting += [(inner, call) for inner in call.calls or ()]
        elif call.name == "post":
            waiting += [(inner, call) for inner in call.calls or () if inner.name in POST]


def structure(pipeline: Call) -> Iterator[Finding]:
    """Everything that is wrong with the sections of a pipeline."""
    yield from on_an_agent(pipeline)
    titles: dict[str, int] = {}
    for call, around in sections(pipeline):
        yield from known_children(call)
        yield from counted(call)
        yield from shaped(call, around)
        if call.name == "stage":
            yield from stage(call)
            yield from named_once(call, titles)
        if call.name in ("parallel", "matrix") and call.calls is not None and around and around.name == "stage":
            yield from not_nested(call)
        if call.name == "options":
            yield from options(call, around)
        if call.name == "environment" and call.calls is not None:
            yield from environment(call)


def known_children(call: Call) -> Iterator[Finding]:
    """Only sections that belong here."""
    allowed = CHILDREN.get(call.name)
    for inner in call.calls or () if allowed else ():
        if inner.name not in (allowed or ()):
            what = WHAT.get(call.name, "section")
            shown = inner.name or inner.head.splitlines()[0]
            where = f' in "{call.name}"' if what == "section" else ""
            yield Finding(inner.line, f'Invalid {what} "{shown}"{where}{meant(shown, allowed or ())}')


def counted(call: Call) -> Iterator[Finding]:
    """Nothing twice, nothing missing, nothing empty."""
    names = [inner.name for inner in call.calls or ()]
    if call.name in CHILDREN and call.name not in REPEATABLE:
        for name in sorted({name for name in names if names.count(name) > 1}):
            second = [inner for inner in call.calls or () if inner.name == name][1]
            yield Finding(second.line, f"Multiple occurrences of the {name} section")
    if call.calls is not None:
        for name in NEEDED.get(call.name, ()):
            if name not in names:
                yield Finding(call.line, f'Missing required section "{name}" in "{call.name}"')
    empty = call.calls == () and not call.block.strip()
    if empty and call.name != "stage" and (call.name in CHILDREN or call.name in BLOCKS):
        yield Finding(call.line, f'Section "{call.name}" is empty')
    if call.name == "axis" and not {"values", "notValues"} & set(names):
        yield Finding(call.line, 'Missing required section "values" in "axis"')


def shaped(call: Call, around: Call | None) -> Iterator[Finding]:
    """A block where a block is wanted, one agent, one negated condition."""
    around_name = around.name if around else ""
    condition = call.name == "environment" and around_name in ("when", "allOf", "anyOf", "not")
    if call.calls is None and call.name in BLOCKS and around_name in CHILDREN and not condition:
        yield Finding(call.line, f'Expected a block: "{call.name} {{ ... }}"')
    if call.name == "agent":
        bare = call.head.strip("() ")
        if call.calls is None and bare not in ("any", "none"):
            yield Finding(
                call.line, f'Invalid argument for agent - "{bare}" - must be map of config options or bare any or none'
            )
        if call.calls is not None and len(call.calls) > 1:
            yield Finding(call.line, "Only one agent type is allowed per agent section")
    if call.name == "not" and call.calls is not None and len(call.calls) != 1:
        yield Finding(call.line, '"not" takes exactly one conditional')


def stage(call: Call) -> Iterator[Finding]:
    """A name, and exactly one of steps, stages, parallel, matrix."""
    if not call.title:
        yield Finding(call.line, 'Expected a stage name: stage("name") { ... }')
    if call.calls is None:
        yield Finding(call.line, f'Expected a block for stage "{call.title}"')
        return
    names = [inner.name for inner in call.calls]
    kinds = [name for name in names if name in KINDS_OF_STAGE]
    if not kinds:
        yield Finding(call.line, f'Expected one of "steps", "stages", "parallel", or "matrix" for stage "{call.title}"')
    if len(set(kinds)) > 1:
        yield Finding(
            call.line, f'Only one of "parallel", "matrix", "stages", or "steps" allowed for stage "{call.title}"'
        )
    for inner in call.calls:
        if {"parallel", "matrix"} & set(kinds) and inner.name in ("agent", "tools"):
            yield Finding(
                inner.line, f'"{inner.name}" is not allowed in stage "{call.title}" as it contains {kinds[0]}'
            )
        if inner.name == "failFast" and not {"parallel", "matrix"} & set(kinds):
            yield Finding(
                inner.line, f'"failFast" is only allowed where a stage holds parallel or matrix: "{call.title}"'
            )


def named_once(call: Call, titles: dict[str, int]) -> Iterator[Finding]:
    """A stage's name is its place in the report, so no other stage may have it."""
    if call.title and "$" not in call.title:
        if call.title in titles:
            yield Finding(call.line, f'Duplicate stage name: "{call.title}"')
        titles.setdefault(call.title, call.line)


def not_nested(call: Call) -> Iterator[Finding]:
    """No parallel or matrix inside another: stages in steps are steps' business."""
    for inner, around in sections(call):
        if inner is not call and inner.name in ("parallel", "matrix") and around and around.name == "stage":
            yield Finding(inner.line, "Parallel stages or branches can only be included in a top-level stage")


def options(call: Call, around: Call | None) -> Iterator[Finding]:
    """Options by their names; a stage has fewer than the pipeline."""
    for option in call.calls or ():
        if option.name not in OPTIONS:
            shown = option.name or option.head
            yield Finding(option.line, f'Invalid option type "{shown}"{meant(shown, OPTIONS)}')
        elif around and around.name != "pipeline" and option.name in PIPELINE_ONLY_OPTIONS:
            yield Finding(option.line, f'Invalid option type "{option.name}" for a stage: it belongs to the pipeline')


def environment(call: Call) -> Iterator[Finding]:
    """`NAME = value`, each once; a value is a string or a call."""
    seen: set[str] = set()
    for entry in call.calls or ():
        if not entry.name or not VALUE.match(entry.head):
            yield Finding(
                entry.line, "Environment variable values must either be single quoted, double quoted, or function calls"
            )
        if entry.name in seen:
            yield Finding(entry.line, f'Duplicate environment variable name: "{entry.name}"')
        seen.add(entry.name)


def on_an_agent(pipeline: Call) -> Iterator[Finding]:
    """Every step that works in a folder has an agent somewhere around it; one finding for each place that wants one."""
    wanting: set[int] = set()
    for call, above in pipeline.paths() if pipeline["agent"] is not None else ():
        if call.name in ON_AN_AGENT and not any(around.name == "node" or has_agent(around) for around in above):
            stages = [around for around in above if around.name == "stage"]
            bare = [around for around in stages if not any(has_agent(inner) for inner in around.inside())]
            place = (bare or stages[-1:] or [call])[0]
            if place.line not in wanting:
                says = f'Required context class hudson.FilePath is missing: no agent around "{call.name}"'
                yield Finding(place.line, f"{says} of line {call.line}" if place is not call else says)
            wanting.add(place.line)


def has_agent(call: Call) -> bool:
    """Whether it is a pipeline, stage or matrix that takes an agent of its own."""
    if call.name not in ("pipeline", "stage", "matrix"):
        return False
    agent = call["agent"]
    return agent is not None and agent.head.strip("() ") != "none"

"""The rules of this repository: thin, by verbs, only what is offered and written."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from jenkins.checking.catalogue import BOUND_BY, STEPS
from jenkins.checking.findings import Finding, meant
from jenkins.checking.groovy import Argument, Call, calls_in, code_of
from jenkins.checking.names import methods, variables
from jenkins.checking.plugins import PLUGIN_OF
from jenkins.checking.surroundings import Surroundings

MOST_LINES_OF_SCRIPT = 2
PATHS = {"junit": "testResults", "archiveArtifacts": "artifacts"}
FOUND = {"junit": "No test report files were found. Configuration error?", "archiveArtifacts": "No artifacts found"}
NOT_THERE = "publishHTML: Specified HTML directory does not exist"


def house(statements: Sequence[Call], pipeline: Call, offered: Surroundings) -> Iterator[Finding]:
    """Everything that Jenkins would take, and that would go wrong here."""
    calls = [call for statement in statements for call in (statement, *statement.inside())]
    files = [
        a.text for call in calls if call.name == "writeFile" for a in call.arguments if a.name == "file" and a.text
    ]
    offered = replace(offered, written=(*offered.written, *files))
    for call in calls:
        yield from shell(call, offered)
        yield from script(call)
        yield from unit(call)
        yield from written(call, offered)
        yield from pinned(call, offered)
    for call, values in with_values(statements, pipeline):
        yield from labelled(call, values, offered)
        yield from bound(call, values, offered)
    yield from way(pipeline, offered)


def shell(call: Call, offered: Surroundings) -> Iterator[Finding]:
    """`sh` is one call of make, in single quotes: nothing is filled in by Groovy, where it would show in the log."""
    if call.name != "sh":
        return
    argument = next((a for a in call.arguments if a.name in ("", "script")), None)
    command = (argument.text if argument else None) or ""
    if argument is None or argument.text is None or argument.value.startswith('"'):
        yield Finding(call.line, f"sh takes one call in single quotes, not {call.head}")
        return
    words = shlex.split(command)
    variable = [word for word in words[2:] if not re.fullmatch(r"[A-Z]+=.*", word, re.DOTALL)]
    if words[:1] != ["make"] or len(words) < 2 or variable or re.search(r"[;&|\n`$]", command):
        yield Finding(call.line, f"sh is one call of make and its variables, not: {command}")
    elif words[1] not in offered.targets:
        yield Finding(call.line, f"make: *** No rule to make target '{words[1]}'{meant(words[1], offered.targets)}")
    else:
        takes = offered.targets[words[1]]
        for name in (word.partition("=")[0] for word in words[2:]):
            if name not in takes | offered.read:
                yield Finding(call.line, f"make {words[1]} reads no {name}{meant(name, takes)}")


def script(call: Call) -> Iterator[Finding]:
    """Logic belongs to the verbs and their tests."""
    lines = [line for line in call.block.splitlines() if line.strip()]
    if call.name == "script" and len(lines) > MOST_LINES_OF_SCRIPT:
        yield Finding(
            call.line, f"script of {len(lines)} lines, wanted at most {MOST_LINES_OF_SCRIPT}: a verb can be tested"
        )


def unit(call: Call) -> Iterator[Finding]:
    """A timeout says its unit: Jenkins takes minutes where people meant hours."""
    given = call.arguments if call.name == "timeout" and call.head else []
    if given and "unit" not in [argument.name for argument in given]:
        yield Finding(call.line, f"timeout without a unit: {given[0].value} MINUTES")


def written(call: Call, offered: Surroundings) -> Iterator[Finding]:
    """Every path that is published is one that a verb writes."""
    if call.name in PATHS:
        wanted = next((a for a in call.arguments if a.name in ("", PATHS[call.name])), None)
        for pattern in re.split(r",\s*", (wanted.text or "") if wanted else ""):
            if wanted and not any(matches(path, pattern) for path in offered.written):
                yield Finding(wanted.line, f"{FOUND[call.name]}: no verb writes {pattern}")
    if call.name == "publishHTML":
        given = call.arguments
        given = Call("", given[0].value, given[0].line).arguments if given and given[0].name == "target" else given
        parts = {argument.name: argument.text or "" for argument in given}
        for file in re.split(r",\s*", parts.get("reportFiles", "")):
            if f"{parts.get('reportDir', '')}/{file}" not in offered.written:
                yield Finding(call.line, f"{NOT_THERE}: no verb writes {parts.get('reportDir', '')}/{file}")
    for found in re.finditer(r"readFile\(?\s*(?:file:\s*)?'([^']*)'", call.block if call.name == "script" else ""):
        if found[1] not in offered.written:
            yield Finding(call.line, f"java.nio.file.NoSuchFileException: {found[1]}: no verb writes it")


def matches(path: str, pattern: str) -> bool:
    """Whether an Ant pattern takes a path: `**` stands for folders, `*` for a name."""
    parts = [part.replace("*", "[^/]*").replace("?", ".") if part != "**" else "(?:.*)" for part in
             re.sub(r"\.(?!\*)", r"[.]", pattern).split("/")]  # fmt: skip
    return re.fullmatch("/".join(parts).replace("(?:.*)/", "(?:.*/)?"), str(PurePosixPath(path))) is not None


Value = tuple[str, int]
"""A text, and the line that says it."""


def with_values(statements: Sequence[Call], pipeline: Call) -> Iterator[tuple[Call, dict[str, Value]]]:
    """Every call with what the names in it stand for; those of a method once for each place that calls the method."""
    defined = {name: (text, line) for name, text, line in variables(statements)}
    for call in pipeline.inside():
        yield call, defined
    for method, name, takes in methods(statements):
        for given in calls_of(name, pipeline):
            handed = {
                own: (value_of(argument, defined), argument.line) for own, argument in zip(takes, given, strict=False)
            }
            known = {own: (value[0], line) for own, (value, line) in handed.items() if value}
            for call in method.inside():
                yield call, known


def calls_of(name: str, pipeline: Call) -> Iterator[list[Argument]]:
    """The arguments of every call of a method, wherever in the pipeline it stands."""
    for found in re.finditer(rf"(?<![.\w]){name}\(", code_of(pipeline.block)):
        line = pipeline.line + pipeline.block.count("\n", 0, found.start())
        first = next(calls_in(pipeline.block[found.start() :], line), None)
        if first is not None and first.name == name:
            yield first.arguments


def value_of(argument: Argument, values: Mapping[str, Value]) -> Value | None:
    """The text of an argument, or of the name that it is; None where that is not known before the build."""
    return (argument.text, argument.line) if argument.text is not None else values.get(argument.value)


def labelled(call: Call, values: Mapping[str, Value], offered: Surroundings) -> Iterator[Finding]:
    """Labels that an agent carries."""
    if call.name == "label" or (call.name == "node" and call.head):
        for argument in call.arguments[:1]:
            label, line = value_of(argument, values) or ("", 0)
            if label and label not in offered.labels:
                yield Finding(line, f"There are no nodes with the label ‘{label}’{meant(label, offered.labels)}")


def bound(call: Call, values: Mapping[str, Value], offered: Surroundings) -> Iterator[Finding]:
    """Credentials that the controller defines, bound as what they are."""
    for binding in (call, *calls_in(call.head, call.line)):
        for argument in binding.arguments:
            name, line = (value_of(argument, values) if argument.name == "credentialsId" else None) or ("", 0)
            kind = offered.credentials.get(name)
            wanted = BOUND_BY.get(binding.name, kind)
            if name and kind is None:
                says = f"Could not find credentials entry with ID '{name}'{meant(name, offered.credentials)}"
                yield Finding(line, says)
            elif name and kind != wanted:
                yield Finding(argument.line, f"Credentials '{name}' is of type {kind}, where {wanted} was expected")


def pinned(call: Call, offered: Surroundings) -> Iterator[Finding]:
    """The plugin of every step, option, trigger and parameter is in jenkins/plugins.txt."""
    step = STEPS.get(call.name)
    plugin = step.plugin if step else PLUGIN_OF.get(call.name)
    if plugin and plugin not in offered.plugins:
        yield Finding(call.line, f"No such DSL method '{call.name}': jenkins/plugins.txt has no {plugin}")


def way(pipeline: Call, offered: Surroundings) -> Iterator[Finding]:
    """Each verb of the way is a stage of its name, in its order, and calls that verb."""
    stages = [stage for stage in pipeline.all("stage") if stage["steps"]]
    verbs = [stage for stage in stages if stage.title in offered.targets]
    for stage in stages:
        if stage.title not in offered.targets:
            says = f'stage "{stage.title}" is no verb{meant(stage.title, offered.targets)}'
            yield Finding(stage.line, says)
    for stage in verbs:
        shells = [call for steps in stage.all("steps") for call in steps.all("sh")]
        if [stage.title] not in [call.title.split()[1:2] for call in shells]:
            yield Finding((shells or [stage])[0].line, f'stage "{stage.title}" does not call `make {stage.title}`')
    on_the_way = [stage.title for stage in verbs if stage.title in offered.way]
    for verb in offered.way:
        if verb not in on_the_way:
            yield Finding(pipeline.line, f'no stage for the verb "{verb}"')
    ordered = sorted(on_the_way, key=offered.way.index)
    for stage, wanted in zip([s for s in verbs if s.title in offered.way], ordered, strict=True):
        if stage.title != wanted:
            yield Finding(stage.line, f'stage "{stage.title}" stands where "{wanted}" belongs')
            break

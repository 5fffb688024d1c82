"""What one part of the file says of another: parameters, stashes, milestones, cron lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jenkins.checking.findings import Finding, meant
from jenkins.checking.groovy import STRING, Call
from jenkins.checking.names import variables

MAP_METHODS = frozenset({"get", "containsKey", "collect", "each", "size", "keySet", "findAll"})
CRON_SHORT = re.compile(r"@(yearly|annually|monthly|weekly|daily|midnight|hourly)$|TZ=\S+$|#|$")
FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def links(statements: Sequence[Call], pipeline: Call, plain: str) -> Iterator[Finding]:
    """Everything that leads nowhere; `plain` is the file's text without comments."""
    yield from parameters(pipeline, plain)
    yield from stashes(pipeline)
    yield from milestones(pipeline)
    yield from crons(statements, pipeline)


def parameters(pipeline: Call, plain: str) -> Iterator[Finding]:
    """`params.X` is declared."""
    declared = {
        argument.text
        for section in pipeline.all("parameters")
        for call in section.calls or ()
        for argument in call.arguments
        if argument.name == "name"
    }
    for found in re.finditer(r"\bparams\.(\w+)", plain):
        if found[1] not in declared and found[1] not in MAP_METHODS:
            yield Finding(
                plain.count("\n", 0, found.start()) + 1, f"No such property: {found[1]} of params: it is not declared"
            )


def stashes(pipeline: Call) -> Iterator[Finding]:
    """What is unstashed was stashed, by an earlier stage of the file."""
    stashed: dict[str, int] = {}
    for call in pipeline.all("stash"):
        name = next((a.text for a in call.arguments if a.name in ("name", "")), None)
        stashed.setdefault(name or "", call.line)
    for call in pipeline.all("unstash"):
        name = call.title
        if name and "$" not in name and stashed.get(name, call.line + 1) > call.line:
            yield Finding(call.line, f"No such saved stash '{name}'{meant(name, stashed)}")


def milestones(pipeline: Call) -> Iterator[Finding]:
    """Ordinals grow from one milestone to the next; parallel branches have no next."""
    passed = 0
    for call, above in pipeline.paths():
        if call.name != "milestone" or any(around.name in ("parallel", "matrix") for around in above):
            continue
        number = next((a.value for a in call.arguments if a.name in ("ordinal", "")), "")
        if number.isdigit() and int(number) <= passed:
            yield Finding(call.line, f"Invalid ordinal {number}, as the previous one was {passed}")
        passed = max(passed, int(number) if number.isdigit() else passed)


def crons(statements: Sequence[Call], pipeline: Call) -> Iterator[Finding]:
    """Every literal of a cron trigger, or of the variable it names, is a line that Jenkins reads."""
    texts = {name: (text, line) for name, text, line in variables(statements)}
    for call in pipeline.all("cron") + pipeline.all("pollSCM"):
        found = [(literal[0].strip("'\""), call.line) for literal in STRING.finditer(call.head)]
        found = [(text, line) for text, line in found if not re.search(rf"==\s*['\"]{re.escape(text)}['\"]", call.head)]
        found += [texts[name] for name in re.findall(r"\b[A-Z_]+\b", call.head) if name in texts]
        for text, line in found:
            for spec in text.splitlines():
                yield from cron(spec.strip(), line)


def cron(spec: str, line: int) -> Iterator[Finding]:
    """A line that Jenkins reads, and that is not each minute of certain hours."""
    minute, _, rest = spec.partition(" ")
    if not is_cron(spec):
        yield Finding(line, f'Invalid input: "{spec}": line 1: not a cron specification')
    elif minute == "*" and set(rest.split()) != {"*"}:
        yield Finding(line, f'Do you really mean "every minute" when you say "{spec}"? Perhaps you meant "H {rest}"')


def is_cron(spec: str) -> bool:
    """Five fields within their ranges (H for a hash), or a short form."""
    if CRON_SHORT.match(spec):
        return True
    fields = spec.split()
    return len(fields) == len(FIELDS) and all(map(is_field, fields, FIELDS))


def is_field(field: str, bounds: tuple[int, int]) -> bool:
    """`*`, `H`, `H(0-29)`, a number or range, with a step, several with commas."""
    for part in field.split(","):
        found = re.fullmatch(r"(?:\*|H(?:\((\d+)-(\d+)\))?|(\d+)(?:-(\d+))?)(?:/\d+)?", part)
        numbers = [int(number) for number in found.groups() if number] if found else [-1]
        if any(not bounds[0] <= number <= bounds[1] for number in numbers):
            return False
    return True

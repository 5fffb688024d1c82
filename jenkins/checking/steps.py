"""Steps and their arguments: Jenkins finds most of these only when it gets there, hours later."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from jenkins.checking.catalogue import (
    ANYTHING_GOES,
    BINDINGS,
    BOOLEANS,
    CHILDREN,
    CHOICES,
    NUMBERS,
    PARAMETERS,
    POST,
    STEPS,
    Step,
)
from jenkins.checking.findings import Finding, meant
from jenkins.checking.groovy import Argument, Call, calls_in
from jenkins.checking.structure import sections
from jenkins.checking.syntax import unseparated

CODE = ("if", "def", "for", "while", "try", "return", "switch", "throw", "else", "")
NOT_A_CALL = re.compile(r"(=|\.|\+|[A-Za-z]\w*\s+['\"\w])")
CLASS = re.compile(r"^\W*\$class\s*:")
"""`step([$class: 'Mailer', ...])`: what its class takes is not known here."""
NUMBER = re.compile(r"\d+|[A-Za-z_][\w.]*(\(.*\))?")


def steps(pipeline: Call, own: frozenset[str]) -> Iterator[Finding]:
    """Every step in `steps` and `post`, every option, parameter and agent; `own` are functions and library steps."""
    for call, around in sections(pipeline):
        place = around.name if around else ""
        if (call.name, place) in (("steps", "stage"), ("steps", "matrix")) or (place == "post" and call.name in POST):
            yield from body(call, own)
        elif place == "options":
            yield from arguments(call, own)
        elif place == "parameters":
            yield from taken(call, PARAMETERS)
        elif (call.name, place) == ("kubernetes", "agent"):
            for part in call.calls or ():
                if part.name not in STEPS["kubernetes"].takes:
                    yield Finding(part.line, invalid(part.name, STEPS["kubernetes"].takes))


def body(block: Call, own: frozenset[str]) -> Iterator[Finding]:
    """The statements of a `steps` block or a post condition; what is in `script` is Groovy and is left alone."""
    if not block.calls and block.calls is not None:
        yield Finding(block.line, f'No steps specified in "{block.name}"')
    for call in block.calls or ():
        yield from step(call, own)
        if call.name != "script" and call.name in STEPS:
            yield from body(call, own) if call.calls is not None else ()


def step(call: Call, own: frozenset[str]) -> Iterator[Finding]:
    """One statement: a step that exists, with arguments that it takes."""
    if call.name in CODE or NOT_A_CALL.match(call.head) or call.head.startswith("="):
        shown = f"{call.name}{' ' if call.name else ''}{call.head}".splitlines()[0]
        says = (
            "Method calls on objects not allowed outside"
            if call.head.startswith(".")
            else "Expected a step, not code outside"
        )
        yield Finding(call.line, f'{says} "script" blocks: {shown}')
    elif call.name in ("stage", "properties", "pipeline") or (call.name == "parallel" and call.calls is not None):
        yield Finding(call.line, f'Invalid step "{call.name}" used - not allowed in this context')
    elif call.name in own:
        return
    elif call.name in CHILDREN and call.name not in STEPS:
        yield Finding(call.line, f'Invalid step "{call.name}" used: it is a section')
    elif call.name not in STEPS:
        yield Finding(call.line, f"No such DSL method '{call.name}' found among steps{meant(call.name, STEPS)}")
    else:
        yield from arguments(call, own)


def arguments(call: Call, own: frozenset[str]) -> Iterator[Finding]:
    """The arguments of a step, and of the calls inside them."""
    yield from taken(call)
    for inner in calls_in(call.head, call.line):
        if call.name == "withCredentials" and inner.name not in BINDINGS and inner.name not in own:
            yield Finding(
                inner.line, f"No such DSL method '{inner.name}' found among bindings{meant(inner.name, BINDINGS)}"
            )
        elif inner.name in STEPS and inner.name != call.name:
            yield from taken(inner)


def taken(call: Call, catalogue: Mapping[str, Step] = STEPS) -> Iterator[Finding]:
    """Arguments by name, those that have to be there, and what their values may be."""
    known = catalogue.get(call.name)
    if known is None or call.name in ANYTHING_GOES or CLASS.search(call.head):
        return
    given = call.arguments
    if given and given[0].name == "target" and call.name == "publishHTML":
        given = Call("", given[0].value, given[0].line).arguments
    for argument in given:
        if argument.name and argument.name not in known.takes:
            yield Finding(argument.line, f"{call.name}: {invalid(argument.name, known.takes)}")
        yield from value(call.name, argument)
        yield from unseparated(argument)
    missing = known.needs - {argument.name for argument in given}
    if missing and not any(not argument.name for argument in given):
        yield Finding(call.line, f'{call.name}: Missing required parameter: "{sorted(missing)[0]}"')
    if (
        not known.takes
        and [argument for argument in given if argument.value]
        and call.calls is None
        and call.name != "script"
    ):
        yield Finding(call.line, f'{call.name}: takes no arguments, but got "{given[0].value}"')


def invalid(name: str, takes: frozenset[str]) -> str:
    """Jenkins' sentence for an argument that a step does not take."""
    return f'Invalid parameter "{name}"{meant(name, takes)}'


def value(step_name: str, argument: Argument) -> Iterator[Finding]:
    """A literal of the kind that the parameter wants."""
    name = argument.name or {"timeout": "time", "retry": "count", "sleep": "time"}.get(step_name, "")
    if name in BOOLEANS and argument.text is not None:
        yield Finding(argument.line, expecting("boolean", name, argument))
    if name in NUMBERS and not NUMBER.fullmatch(argument.value):
        yield Finding(argument.line, expecting("int", name, argument))
    if name in CHOICES and argument.text is not None and argument.text not in CHOICES[name]:
        yield Finding(
            argument.line, f'{step_name}: "{argument.text}" is no {name}, wanted one of {", ".join(CHOICES[name])}'
        )


def expecting(kind: str, name: str, argument: Argument) -> str:
    """Jenkins' sentence for a value of another type."""
    return f'Expecting "{kind}" for parameter "{name}" but got "{argument.value}" instead'

"""Variables of the environment on their way: what is given is read by somebody, what is read was given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jenkins.checking.catalogue import GIVEN_BY_JENKINS, READ_BY_OTHERS
from jenkins.checking.findings import Finding, meant
from jenkins.checking.groovy import STRING, Call, calls_in, code_of
from jenkins.checking.safety import verb_of
from jenkins.checking.surroundings import Surroundings

READ = re.compile(r"\b([A-Z][A-Z0-9_]+)\b(?!\s*=[^=])")
READ_OF_ENV = re.compile(r"\benv\.([A-Z][A-Z0-9_]*)\b(?!\s*=[^=])")
SET_IN_ENV = re.compile(r"\benv\.(\w+)\s*=[^=]")


def passing(statements: Sequence[Call], pipeline: Call, plain: str, offered: Surroundings) -> Iterator[Finding]:
    """Every variable that goes nowhere or comes from nowhere; `plain` is the file's text without comments."""
    given = [entry for statement in statements for call in (statement, *statement.inside()) for entry in gives(call)]
    yield from unread(given, plain, offered)
    yield from unset({name for name, _ in given}, plain)
    for call, above in pipeline.paths():
        yield from lacking(call, above, offered)


def gives(call: Call) -> Iterator[tuple[str, int]]:
    """The variables that a section or a step hands to what is inside it, with their lines."""
    if call.name == "environment":
        yield from ((entry.name, entry.line) for entry in call.calls or () if entry.head.startswith("="))
    elif call.name == "withEnv":
        for text in STRING.finditer(call.head):
            name = re.match(r"['\"]+([A-Za-z_]\w*)=", text[0])
            if name:
                yield name[1], call.line + call.head.count("\n", 0, text.start())
    elif call.name in ("withCredentials", "lock"):
        arguments = [a for taken in (call, *calls_in(call.head, call.line)) for a in taken.arguments]
        yield from ((a.text, a.line) for a in arguments if a.text and a.name.lower().endswith("variable"))
    elif call.name == "parameters":
        arguments = [argument for asked in call.calls or () for argument in asked.arguments]
        yield from ((a.text, a.line) for a in arguments if a.text and a.name == "name")
    elif call.name == "submitterParameter":
        yield call.title, call.line
    elif call.name == "axis" and call["name"]:
        yield call["name"].title, call.line


def unread(given: Sequence[tuple[str, int]], plain: str, offered: Surroundings) -> Iterator[Finding]:
    """Somebody knows each name that is given: make, a program, Jenkins, or Groovy further down."""
    known = frozenset().union(*offered.targets.values()) | offered.read
    known |= frozenset(READ.findall(code_of(plain)))
    for name, line in given:
        if name not in known and not READ_BY_OTHERS.fullmatch(name):
            yield Finding(line, f"{name} is read by no target of make and no program here{meant(name, known)}")


def unset(given: set[str], plain: str) -> Iterator[Finding]:
    """`env.X` that nobody gives is null, and a text with it says so."""
    code = code_of(plain)
    known = given | GIVEN_BY_JENKINS | set(SET_IN_ENV.findall(code))
    for found in READ_OF_ENV.finditer(code):
        if found[1] not in known:
            line = code.count("\n", 0, found.start()) + 1
            yield Finding(line, f"env.{found[1]} is null: nobody sets it{meant(found[1], known)}")


def lacking(call: Call, above: tuple[Call, ...], offered: Surroundings) -> Iterator[Finding]:
    """A verb gets what it does not run without."""
    verb = verb_of(call)
    here = {name for around in (call, *above) for section in handing(around) for name, _ in gives(section)}
    for name in sorted(offered.wanted.get(verb, frozenset()) - here - set(re.findall(r"\b([A-Z]+)=", call.head))):
        yield Finding(call.line, f"make {verb}: the following arguments are required: --{name.lower()} ({name})")


def handing(around: Call) -> Iterator[Call]:
    """What hands variables to everything inside: the step itself, or a stage's environment, input and parameters."""
    yield around
    for name in ("environment", "input", "parameters") if around.name in ("pipeline", "stage") else ():
        section = around[name]
        yield from (section, *section.inside()) if section else ()

"""Names that Groovy looks up when it gets there: where they are defined, who sees them, what quotes do to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jenkins.checking.catalogue import STEPS
from jenkins.checking.findings import Finding, meant
from jenkins.checking.groovy import STRING, Call, calls_in, code_of

GIVEN = frozenset({"env", "params", "currentBuild", "scm", "this", "true", "false", "null", "any", "none", "pipeline"})
DEFINED = re.compile(r"(?:final\s+)?(?:def|[A-Z]\w*(?:<.*?>)?)\s+(\w+)\s*=(?!=)")
METHOD = re.compile(r"(?:static\s+)?[\w.<>\[\]]+\s+(\w+)\s*\(([^)]*)\)$", re.DOTALL)
OF_GROOVY = re.compile(r"\$\{\s*((?:env|params|currentBuild)\.\w+)")
FILLED_IN = re.compile(r"\$\{?(?:env\.)?(\w+)")


def naming(statements: Sequence[Call], pipeline: Call, plain: str) -> Iterator[Finding]:
    """Everything that is not there when Groovy asks for it, or shows where it should not; `plain` has no comments."""
    yield from names(statements, pipeline)
    yield from seen_by_methods(statements)
    yield from filled_in(plain)
    for statement in statements:
        yield from leaked(statement)


def variables(statements: Sequence[Call]) -> Iterator[tuple[str, str, int]]:
    """`def NAME = 'text'` outside of the pipeline."""
    for call in statements:
        found = re.match(r"(?:def|String|final)?\s*(\w+)\s*=\s*(.*)", f"{call.name} {call.head}", re.DOTALL)
        if found and (literal := STRING.fullmatch(found[2].strip())):
            yield found[1], literal[0].strip("'\""), call.line


def names(statements: Sequence[Call], pipeline: Call) -> Iterator[Finding]:
    """Names in capitals are defined: above the pipeline, by an environment, an axis or a parameter."""
    known = {name for name, _, _ in variables(statements)} | GIVEN
    known |= set(
        re.findall(r"\b(?:def|String|List|Map|final)\s+(\w+)\s*=", "\n".join(f"{c.name} {c.head}" for c in statements))
    )
    for call in pipeline.inside():
        known |= {call.name} if call.head.startswith("=") else set()
        known |= {
            a.text for a in call.arguments if a.name in ("name", "variable") or a.name.endswith("Variable") if a.text
        }
        known |= {call.title} if call.name in ("name", "submitterParameter") else set()
    for call in pipeline.inside():
        if call.calls is not None and call.name not in ("withCredentials", "dir", "node", "lock", "timeout"):
            continue
        for part in (call, *calls_in(call.head, call.line)):
            for argument in part.arguments:
                if re.fullmatch(r"[A-Z][A-Z0-9_]+", argument.value) and argument.value not in known:
                    yield Finding(argument.line, f"No such property: {argument.value}{meant(argument.value, known)}")


def methods(statements: Sequence[Call]) -> Iterator[tuple[Call, str, tuple[str, ...]]]:
    """Every method beside the pipeline, its name, and the names of what it takes."""
    for call in statements:
        found = METHOD.match(f"{call.name} {call.head}")
        if found and call.calls is not None:
            yield call, found[1], tuple(part.split("=")[0].split()[-1] for part in found[2].split(",") if part.strip())


def seen_by_methods(statements: Sequence[Call]) -> Iterator[Finding]:
    """What `def` defines belongs to the script's own lines; a method sees it with @Field alone."""
    own, before = set(), ""
    for call in statements:
        found = DEFINED.match(f"{call.name} {call.head}")
        own |= {found[1]} if found and not before.endswith("Field") else set()
        before = call.head if not call.name else ""
    for method, _, takes in methods(statements):
        code = code_of(method.block)
        for name in sorted(own - set(takes) - set(re.findall(r"\bdef\s+(\w+)", code))):
            for found in re.finditer(rf"(?<![.\w$]){name}\b(?!\s*:)|(?<=\$){name}\b", code):
                line = method.line + method.head.count("\n") + code.count("\n", 0, found.start())
                yield Finding(line, f"No such property: {name}: a method does not see what def defines beside it")


def filled_in(plain: str) -> Iterator[Finding]:
    """`${env.X}` stands in double quotes: in single ones Groovy leaves it, and no shell can read it."""
    for text in STRING.finditer(plain):
        for found in OF_GROOVY.finditer(text[0]) if text[0][0] == "'" else ():
            line = plain.count("\n", 0, text.start() + found.start()) + 1
            yield Finding(line, f"${{{found[1]}}} is not filled in between single quotes: write double ones")


def leaked(statement: Call) -> Iterator[Finding]:
    """A secret that Groovy fills in stands in the log, in the process list and in the build's files."""
    for call, above in statement.paths():
        if call.name not in STEPS:
            continue
        secret = {
            argument.text
            for around in above
            if around.name == "withCredentials"
            for binding in calls_in(around.head, around.line)
            for argument in binding.arguments
            if argument.name == "variable" or re.fullmatch(r"(?!username)\w+Variable", argument.name)
        }
        for name in sorted(secret & set(FILLED_IN.findall(code_of(call.head))) - {None}):  # type: ignore[type-var]
            yield Finding(
                call.line,
                f'A secret was passed to "{call.name}" using Groovy String interpolation, which is insecure: {name}',
            )

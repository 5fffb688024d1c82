"""All rules over one Jenkinsfile."""

from __future__ import annotations

import re

from jenkins.checking.findings import Finding
from jenkins.checking.groovy import NAME, Call, Malformed, Unbalanced, read, without_comments
from jenkins.checking.house import house
from jenkins.checking.links import links
from jenkins.checking.names import naming
from jenkins.checking.passing import passing
from jenkins.checking.safety import safety
from jenkins.checking.steps import steps
from jenkins.checking.structure import structure
from jenkins.checking.surroundings import Surroundings
from jenkins.checking.syntax import unbalanced, unterminated

FUNCTION = re.compile(r"^(?:@NonCPS\s+)?(?:static\s+)?[\w.<>\[\]]+\s+(\w+)\s*\([^)]*\)\s*\{", re.MULTILINE)
OTHERS = re.compile(r"^// *other steps: *(.*)$", re.MULTILINE)
"""A comment that names steps of a shared library, or of plugins that are not in the catalogue."""


def check(text: str, offered: Surroundings | None = None, library: frozenset[str] = frozenset()) -> list[Finding]:
    """What Jenkins would say to a Declarative Jenkinsfile, by line; empty where it would run.

    With `offered` also what would go wrong in this repository. `library` names the steps of a shared library.
    """
    quote = unterminated(text)
    if quote:
        return [quote]
    try:
        statements = read(text)
        pipeline = the_pipeline(statements)
    except Unbalanced as mistake:
        return [unbalanced(text) or Finding(mistake.line, str(mistake))]
    except Malformed as mistake:
        return [Finding(mistake.line, str(mistake))]
    plain = without_comments(text)
    own = library | frozenset(FUNCTION.findall(plain)) | frozenset(NAME.findall(" ".join(OTHERS.findall(text))))
    found = [*structure(pipeline), *steps(pipeline, own), *links(statements, pipeline, plain)]
    found += naming(statements, pipeline, plain)
    if offered:
        found += house(statements, pipeline, offered)
        found += safety(statements, pipeline, offered)
        found += passing(statements, pipeline, plain, offered)
    return sorted(set(found))


def the_pipeline(statements: tuple[Call, ...]) -> Call:
    """The one `pipeline { ... }`; Malformed where there is none, or something after it that is no function."""
    found = [call for call in statements if call.name == "pipeline" and call.calls is not None]
    if len(found) != 1:
        line = found[1].line if found else 1
        raise Malformed(
            line, "Only one pipeline { ... } block can be executed" if found else "no pipeline { ... } block"
        )
    return found[0]

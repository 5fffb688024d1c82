"""What a delivery must never do: meet another one, break off in flight, go unasked, be reached by strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from jenkins.checking.findings import Finding
from jenkins.checking.groovy import Call, calls_in
from jenkins.checking.names import variables
from jenkins.checking.surroundings import Surroundings

SECRETS_OF_MAIN = ("deployer", "registry")
WANTED = {
    "junit": "no gate shows as a test",
    "publishHTML": "nobody sees the report",
    "archiveArtifacts": "no release is kept with its build",
    "lock": "two deliveries may meet",
    "milestone": "an older build may overtake a newer one",
    "disableConcurrentBuilds": "builds of one branch meet",
    "buildDiscarder": "builds are kept for ever",
}
NEVER_ON_MAIN = re.compile(r"false|env\.BRANCH_NAME\s*!=\s*['\"]main['\"]|['\"]main['\"]\s*!=\s*env\.BRANCH_NAME")
BEFORE = ("beforeAgent", "beforeInput", "beforeOptions")
UNFINISHED = ("failure", "unsuccessful", "aborted")
COOKIE = "JENKINS_NODE_COOKIE"


def safety(statements: Sequence[Call], pipeline: Call, offered: Surroundings) -> Iterator[Finding]:
    """Everything by which a delivery could harm."""
    yield from secrets(pipeline)
    yield from people(pipeline)
    yield from locks(pipeline)
    for call, above in pipeline.paths():
        yield from outliving(call, above, offered)
        yield from swallowed(call, above, offered)
    if offered.way:
        yield from strangers(statements, pipeline, offered)
        yield from complete(pipeline)
        yield from in_flight(pipeline)
        yield from taken_back(pipeline)


def secrets(pipeline: Call) -> Iterator[Finding]:
    """Credentials around single commands."""
    for call in pipeline.inside():
        if call.name == "environment" and re.search(r"\bcredentials\s*\(", call.block):
            yield Finding(
                call.line, "credentials() in environment is seen by every command: use withCredentials around one"
            )


def strangers(statements: Sequence[Call], pipeline: Call, offered: Surroundings) -> Iterator[Finding]:
    """What moves a release, and the credentials for it, are reached by main alone."""
    values = {name: text for name, text, _ in variables(statements)}
    for call, above in pipeline.paths():
        if any(map(main_alone, above)):
            continue
        if verb_of(call) in offered.moves:
            yield reached("a release is moved", call, above)
        for binding in calls_in(call.head, call.line) if call.name == "withCredentials" else ():
            names = {a.text or values.get(a.value) for a in binding.arguments if a.name == "credentialsId"}
            for name in SECRETS_OF_MAIN:
                if name in names:
                    yield reached(f"credential '{name}' is bound", call, above)


def reached(what: str, call: Call, above: tuple[Call, ...]) -> Finding:
    """At the condition that lets others in, or where there is none at the call."""
    asked = [around["when"] for around in above if around["when"] is not None]
    loose = next((condition for when in reversed(asked) if when for condition in conditions(when)), call)
    return Finding(loose.line, f"{what} in a stage that pull requests reach: when {{ branch 'main' }}")


def conditions(when: Call) -> Iterator[Call]:
    """The conditions in a `when` that others than main could meet."""
    for call in when.calls or ():
        if call.calls:
            yield from conditions(call)
        elif call.name not in BEFORE and not is_main(call):
            yield call


def is_main(call: Call) -> bool:
    """`branch 'main'`, or conditions that only main meets."""
    inner = [other for other in call.calls or () if other.name not in BEFORE]
    if call.name in ("when", "allOf"):
        return any(map(is_main, inner))
    if call.name == "anyOf":
        return bool(inner) and all(map(is_main, inner))
    return call.name == "branch" and call.title == "main"


def main_alone(call: Call) -> bool:
    """Whether this is a stage that only main reaches."""
    when = call["when"] if call.name == "stage" else None
    return when is not None and is_main(when)


def verb_of(call: Call) -> str:
    """What `sh 'make VERB ...'` asks of make; empty for any other call."""
    if call.name != "sh":
        return ""
    command = next((a.text or "" for a in call.arguments if a.name in ("", "script")), "")
    return " ".join(command.split()[1:2]) if command.startswith("make ") else ""


def people(pipeline: Call) -> Iterator[Finding]:
    """A question to people: only where it is meant, to somebody in particular, not for ever, holding nothing."""
    for stage in pipeline.all("stage"):
        asks = stage["input"]
        if asks is None or asks.calls is None:
            continue
        if not flagged(stage["when"], "beforeInput", "beforeOptions"):
            yield Finding(asks.line, "people are asked before when is looked at: write beforeInput true")
        if asks["submitter"] is None:
            yield Finding(asks.line, "anybody who may build may approve: input wants a submitter")
        if stage["options"] is None or stage["options"]["timeout"] is None:
            yield Finding(asks.line, "a question without a timeout waits for ever")
        if stage["options"] and stage["options"]["lock"]:
            yield Finding(stage["options"].line, "the lock is held while people think")


def flagged(when: Call | None, *flags: str) -> bool:
    """Whether a `when` says one of `beforeInput true` and its like."""
    return any(call.name in flags and call.head.strip("() ") == "true" for call in (when.calls if when else ()) or ())


def locks(pipeline: Call) -> Iterator[Finding]:
    """A stage that is left out waits for no lock."""
    for stage in pipeline.all("stage"):
        when, given = stage["when"], stage["options"]
        if when and given and given["lock"] and not flagged(when, "beforeOptions"):
            yield Finding(when.line, "the lock is waited for before when is looked at: write beforeOptions true")


def complete(pipeline: Call) -> Iterator[Finding]:
    """What a delivery in Jenkins cannot do without."""
    for name, consequence in WANTED.items():
        if not pipeline.all(name):
            yield Finding(pipeline.line, f"no {name}: {consequence}")
    top = pipeline["agent"]
    if top is not None and top.head.strip() != "none":
        yield Finding(top.line, "an agent on top is held while people think: agent none")


def in_flight(pipeline: Call) -> Iterator[Finding]:
    """What is aborted for the next build is no build of main."""
    for call in pipeline.all("disableConcurrentBuilds"):
        for argument in call.arguments:
            parts = [part.strip() for part in argument.value.split("&&")]
            if argument.name == "abortPrevious" and (
                "||" in argument.value or not any(map(NEVER_ON_MAIN.fullmatch, parts))
            ):
                says = "kills a rollout in flight on main: write env.BRANCH_NAME != 'main'"
                yield Finding(argument.line, f"abortPrevious: {argument.value} {says}")


def taken_back(pipeline: Call) -> Iterator[Finding]:
    """A delivery that breaks off takes back its own release, and no other."""
    calls = [(call, above) for call, above in pipeline.paths() if verb_of(call) == "rollback"]
    for call, above in calls:
        place = next((inner for outer, inner in pairwise(above) if outer.name == "post"), call)
        if "OF=" not in call.head:
            yield Finding(call.line, "make rollback without OF=build takes back what is well, whoever promoted it")
        if place.name not in UNFINISHED:
            says = f"make rollback in {place.name} takes back what went well: post {{ failure {{ ... }} }}"
            yield Finding(place.line, says)
    if not calls:
        says = "a delivery that fails takes nothing back: post { failure { sh 'make rollback OF=...' } }"
        yield Finding(pipeline.line, says)


def outliving(call: Call, above: tuple[Call, ...], offered: Surroundings) -> Iterator[Finding]:
    """What is served from the agent itself lives on when the build ends."""
    stages = [around for around in above if around.name in ("pipeline", "stage")]
    given = [around["environment"] for around in stages] + [around for around in above if around.name == "withEnv"]
    if verb_of(call) in offered.moves and not any(
        COOKIE in section.block + section.head for section in given if section
    ):
        place = next((section for section in reversed(given) if section), stages[-1])
        yield Finding(place.line, f"Jenkins ends what is served together with the build: {COOKIE} = 'dontKillMe'")


def swallowed(call: Call, above: tuple[Call, ...], offered: Surroundings) -> Iterator[Finding]:
    """What a verb refuses ends the way there."""
    verb = verb_of(call)
    if verb not in offered.way:
        return
    if re.search(r"returnStatus:\s*true", call.head):
        yield Finding(call.line, f"nobody looks at the status of make {verb}: what it refuses goes on (returnStatus)")
    for around in above:
        if around.name in ("catchError", "warnError"):
            yield Finding(around.line, f"what make {verb} refuses goes on: {around.name}")

"""The rules of this repository: thin, by verbs, only what is offered and written, people and credentials kept apart."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from jenkins.checking.catalogue import STEPS
from jenkins.checking.findings import Finding, meant
from jenkins.checking.groovy import Call, calls_in
from jenkins.checking.links import variables
from jenkins.checking.plugins import PLUGIN_OF
from jenkins.checking.surroundings import Surroundings

MOST_LINES_OF_SCRIPT = 2
SECRETS_OF_MAIN = ("deployer", "registry")
PATHS = {"junit": "testResults", "archiveArtifacts": "artifacts"}
FOUND = {"junit": "No test report files were found. Configuration error?", "archiveArtifacts": "No artifacts found"}
WANTED = {
    "junit": "no gate shows as a test",
    "publishHTML": "nobody sees the report",
    "archiveArtifacts": "no release is kept with its build",
    "lock": "two deliveries may meet",
    "milestone": "an older build may overtake a newer one",
    "disableConcurrentBuilds": "builds of one branch meet",
    "buildDiscarder": "builds are kept for ever",
}
NOT_THERE = "publishHTML: Specified HTML directory does not exist"


def house(statements: Sequence[Call], pipeline: Call, offered: Surroundings) -> Iterator[Finding]:
    """Everything that Jenkins would take, and that would go wrong here."""
    values = {name: text for name, text, _ in variables(statements)}
    calls = [call for statement in statements for call in (statement, *statement.inside())]
    files = [
        a.text for call in calls if call.name == "writeFile" for a in call.arguments if a.name == "file" and a.text
    ]
    offered = replace(offered, written=(*offered.written, *files))
    for call in calls:
        yield from shell(call, offered)
        yield from script(call)
        yield from written(call, offered)
        yield from named(call, values, offered)
        yield from pinned(call, offered)
    yield from way(pipeline, offered)
    yield from secrets(pipeline)
    yield from people(pipeline)
    if offered.way:
        yield from bound_outside(pipeline, values, on_main=False)
        yield from complete(pipeline)


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


def script(call: Call) -> Iterator[Finding]:
    """Logic belongs to the verbs and their tests."""
    lines = [line for line in call.block.splitlines() if line.strip()]
    if call.name == "script" and len(lines) > MOST_LINES_OF_SCRIPT:
        yield Finding(
            call.line, f"script of {len(lines)} lines, wanted at most {MOST_LINES_OF_SCRIPT}: a verb can be tested"
        )


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


def named(call: Call, values: Mapping[str, str], offered: Surroundings) -> Iterator[Finding]:
    """Credentials that the controller defines, labels that its agents carry."""
    if call.name == "label" or (call.name == "node" and call.head):
        for argument in call.arguments[:1]:
            label = argument.text if argument.text is not None else values.get(argument.value)
            if label is not None and label not in offered.labels:
                yield Finding(
                    argument.line, f"There are no nodes with the label ‘{label}’{meant(label, offered.labels)}"
                )
    for part in (call, *calls_in(call.head, call.line)):
        for argument in part.arguments:
            name = argument.text if argument.text is not None else values.get(argument.value)
            if argument.name == "credentialsId" and name is not None and name not in offered.credentials:
                yield Finding(
                    argument.line,
                    f"Could not find credentials entry with ID '{name}'{meant(name, offered.credentials)}",
                )


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


def secrets(pipeline: Call) -> Iterator[Finding]:
    """Credentials around single commands."""
    for call in pipeline.inside():
        if call.name == "environment" and re.search(r"\bcredentials\s*\(", call.block):
            yield Finding(
                call.line, "credentials() in environment is seen by every command: use withCredentials around one"
            )


def bound_outside(call: Call, values: Mapping[str, str], *, on_main: bool) -> Iterator[Finding]:
    """Bindings of the deployer's credentials that a pull request would reach."""
    if call.name == "stage" and call["when"] is not None:
        conditions = [c for c in (call["when"], *call["when"].all("allOf")) for c in c.calls or ()]
        on_main = on_main or any(c.name == "branch" and c.title == "main" for c in conditions)
    for inner in call.calls or ():
        if inner.name == "withCredentials" and not on_main:
            for binding in calls_in(inner.head, inner.line):
                names = {a.text or values.get(a.value) for a in binding.arguments if a.name == "credentialsId"}
                for name in sorted(names & set(SECRETS_OF_MAIN)):  # type: ignore[type-var]
                    yield Finding(
                        inner.line,
                        f"credential '{name}' is bound in a stage that pull requests reach: when {{ branch 'main' }}",
                    )
        yield from bound_outside(inner, values, on_main=on_main)


def people(pipeline: Call) -> Iterator[Finding]:
    """A question to people: only where it is meant, to somebody in particular, not for ever, holding nothing."""
    for stage in pipeline.all("stage"):
        asks, when = stage["input"], stage["when"]
        if asks is None or asks.calls is None:
            continue
        flags = {call.name: call.head.strip("() ") for call in when.calls or ()} if when else {}
        if "true" not in (flags.get("beforeInput"), flags.get("beforeOptions")):
            yield Finding(asks.line, "people are asked before when is looked at: write beforeInput true")
        if asks["submitter"] is None:
            yield Finding(asks.line, "anybody who may build may approve: input wants a submitter")
        if stage["options"] is None or stage["options"]["timeout"] is None:
            yield Finding(asks.line, "a question without a timeout waits for ever")
        if stage["options"] and stage["options"]["lock"]:
            yield Finding(stage["options"].line, "the lock is held while people think")


def complete(pipeline: Call) -> Iterator[Finding]:
    """What a delivery in Jenkins cannot do without."""
    for name, consequence in WANTED.items():
        if not pipeline.all(name):
            yield Finding(pipeline.line, f"no {name}: {consequence}")
    top = pipeline["agent"]
    if top is not None and top.head.strip() != "none":
        yield Finding(top.line, "an agent on top is held while people think: agent none")
    for call in pipeline.all("disableConcurrentBuilds"):
        if re.search(r"abortPrevious:\s*true", call.head):
            yield Finding(call.line, "abortPrevious: true kills a rollout in flight on main")
    back = [call for failure in pipeline.all("failure") for call in failure.all("sh") if "make rollback" in call.head]
    if not any("OF=" in call.head for call in back):
        yield Finding(
            pipeline.line, "a delivery that fails takes nothing back: post { failure { sh 'make rollback OF=...' } }"
        )

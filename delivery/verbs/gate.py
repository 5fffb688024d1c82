"""`gate`: pytest on tests/gates, one case a gate, in a process of its own; its exit codes become ours."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from typing import Any

from delivery.champions import known_approvals, note_refusal, present_champion
from delivery.errors import Broken, Refused, WrongSetting
from delivery.files import replace_file
from delivery.junit import Case, write_junit
from delivery.progress import progress, tell
from delivery.rows import rows_file
from delivery.targets import Champion
from delivery.work import Work
from model.contender import identity_in
from model.data import load
from model.training import files_below, key_of

FILE = "verdicts.json"
NUMBERS = ("kind", "value", "low", "high", "n", "at_least", "at_most")


def gate(work: Work, _call: argparse.Namespace) -> None:
    """Judges the contender against every gate of its spec and leaves evaluation.json and verdicts.json."""
    work.read("training.json")
    champion = present_champion(work.settings, work.name)
    arguments = arguments_of(work, champion)
    document = work.find(FILE)
    key = key_of_gate(work, arguments, champion, document)
    if document is None or document.get("key") != key:
        note_champion(work, champion)
        document = {**run_gates(work, arguments), "key": key}
        if refusals := sentences(document):
            note_refusal(work.settings, work.name, document["contender"], f"gate: {'; '.join(refusals)}")
        work.leave(FILE, document)
        tell(f"gate: {report_line(document)}")
    else:
        tell(f"gate: nothing new, {report_line(document)}")
    write_junit(work.root / "build", "gate", work.name, cases_of(document))
    require_passed(work, document)


def arguments_of(work: Work, champion: Champion | None) -> dict[str, str]:
    """What the gates are told: model, champion, rows, who approved this contender, whether somebody will be asked."""
    approvals = known_approvals(work.settings, work.name, identity_in(work.build / "contender"))
    source = rows_file(work)
    arguments = {"--model": work.name, "--champion": str(champion.folder) if champion else "none"}
    arguments |= {"--source": str(source)} if source else {}
    arguments |= {"--asks": "yes"} if work.settings.approval.policy != "never" else {}
    return arguments | ({"--approved-by": ", ".join(entry.who for entry in approvals)} if approvals else {})


def note_champion(work: Work, champion: Champion | None) -> None:
    """Leaves what the report tells of the champion: its release.json and schema.json."""
    there = work.build / "champion"
    if champion is None:
        shutil.rmtree(there, ignore_errors=True)
        return
    for name in ("release.json", "schema.json"):
        replace_file(there / name, (champion.folder / name).read_text(encoding="utf-8"))


def key_of_gate(work: Work, arguments: dict[str, str], champion: Champion | None, before: dict[str, Any] | None) -> str:
    """What the verdicts depend on: contender, champion, rows, code, files, lock, approvals, policy, the gates' tests.

    A contender that has become the champion itself need not be judged again beside itself.
    """
    data, contender = load(work.spec, work.root, rows_file(work)), identity_in(work.build / "contender")
    if work.read("training.json")["data_sha256"] != data.sha256:
        raise WrongSetting(f"{work.name}: the rows are not those of the contender; `train` has to run first")
    beside = champion.release if champion else None
    if before is not None and beside == contender == before["contender"]:
        beside = before["champion"]["release"]
    people = f"{arguments.get('--approved-by')} {arguments.get('--asks')}"
    digest = hashlib.sha256(f"{key_of(work.root, work.spec, data)} {contender} {beside} {people}".encode())
    for path in files_below(work.root / "tests" / "gates"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run_gates(work: Work, arguments: dict[str, str]) -> dict[str, Any]:
    """Runs pytest and returns what it left; Broken where it ended without verdicts."""
    (work.build / FILE).unlink(missing_ok=True)
    words = [f"{name}={value}" for name, value in arguments.items()]
    command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", "tests/gates", *words]
    with progress("gate") as report:
        report("asking the contender, and the champion where there is one")
        ended = subprocess.run(command, cwd=work.root, capture_output=True, text=True, check=False)
    document = work.find(FILE)
    if document is None or ended.returncode not in (0, 1) or document["passed"] != (ended.returncode == 0):
        # pytest prints errors of the fixtures before failures of the gates: the first one is the cause.
        log = work.build / "gate.log"
        log.write_text(ended.stdout + ended.stderr, encoding="utf-8")
        said = [line for line in (ended.stdout + ended.stderr).splitlines() if line.startswith(("E  ", "ERROR:"))]
        cause = " ".join(said[0].split()) if said else f"pytest ended with {ended.returncode}"
        raise Broken(f"{work.name}: the gates could not be asked: {cause} ({log.relative_to(work.root)})")
    return document


def cases_of(document: dict[str, Any]) -> list[Case]:
    """A JUnit case a gate, with its numbers; told in every build, also where no gate had to be asked again."""
    return [
        Case(
            one["gate"],
            failure=one["sentence"] if one["passed"] is False else None,
            skipped=one["sentence"] if one["passed"] is None else None,
            properties={name: one[name] for name in NUMBERS if one[name] is not None},
        )
        for one in document["verdicts"]
    ]


def report_line(document: dict[str, Any]) -> str:
    """How many gates hold, and against whom."""
    verdicts = document["verdicts"]
    held, applies = (sum(one["passed"] is kind for one in verdicts) for kind in (True, None))
    champion = document["champion"]["release"]
    against = f"against champion {champion}" if champion else "no champion yet"
    return f"{held} of {len(verdicts) - applies} gates hold for {document['contender']} ({against})"


def require_passed(work: Work, document: dict[str, Any]) -> None:
    """Refused where a gate said no; each one is told in its sentence."""
    for sentence in sentences(document):
        tell(f"gate: no: {sentence}")
    if names := ", ".join(one["gate"] for one in refused(document)):
        raise Refused(f"{work.name}: refused by {names} (contender {document['contender']}, build/{work.name}/{FILE})")


def refused(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The verdicts that say no."""
    return [one for one in document["verdicts"] if one["passed"] is False]


def sentences(document: dict[str, Any]) -> list[str]:
    """What they say."""
    return [one["sentence"] for one in refused(document)]

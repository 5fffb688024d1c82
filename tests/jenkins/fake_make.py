"""Stands on PATH as `make` in rehearsals: notes its call, leaves what the verb would leave, ends as it was told to.

FAKE_MAKE names a JSON file: {"fails": {verb: exit code}, "refused": {verb: [models]}, "waiting": "..."}.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

MODELS = ("house_price", "sentiment")
WATCHED = ("KUBECONFIG", "REGISTRY_USER", "REGISTRY_PASSWORD", "WEBHOOK", "DELIVERY_WHO", "WHY", "RESULT", "SUMMARY",
           "JENKINS_NODE_COOKIE", "ALERTMANAGER")  # fmt: skip
CASE = '<testsuites><testsuite name="{0}"><testcase classname="{0}" name="{1}">{2}</testcase></testsuite></testsuites>'


def main(words: list[str]) -> int:
    """One call."""
    told = json.loads(Path(os.environ["FAKE_MAKE"]).read_text())
    verb = words[0]
    seen = {name: os.environ[name] for name in WATCHED if name in os.environ}
    with Path(os.environ["FAKE_MAKE"]).with_name("calls.jsonl").open("a") as calls:
        calls.write(json.dumps({"words": words, "where": Path.cwd().name, "seen": seen}) + "\n")
    print(f"make {' '.join(words)} in {Path.cwd().name}")
    if verb in ("staging", "monitor", "canary", "promote", "approve"):
        assert (Path("build") / "sentiment" / "release" / "release.json").exists(), "nothing was unstashed"
    leave(verb, told)
    return told["fails"].get(verb, 0)


def leave(verb: str, told: dict) -> None:
    """The files of the verb."""
    if verb == "respond":
        alert = dict(word.split("=", 1) for word in sys.argv[2:])["ALERT"]
        text = Path(alert).read_text()
        if text:
            write(Path("build/summary.txt"), f"respond: read {len(text)} characters\n")
        return
    if verb in ("audit", "update"):
        upkeep(verb, told)
        return
    refused = told["refused"].get(verb, [])
    junit = Path("build") / "junit"
    junit.mkdir(parents=True, exist_ok=True)
    for model in MODELS if verb not in ("notify", "rollback", "approve", "test") else ():
        failure = f'<failure message="{model}: no"/>' if model in refused else ""
        (junit / f"{verb}-{model}.xml").write_text(CASE.format(f"{verb}.{model}", verb, failure))
    if verb == "test":
        (junit / "test.xml").write_text(CASE.format("test", "all", ""))
        return
    write(Path("build/report/index.html"), "<p>report</p>")
    said = [f"{model} {'refused: accuracy .5' if model in refused else verb}" for model in MODELS]
    write(Path("build/summary.txt"), " | ".join(said) + "\n")
    if verb == "release":
        write(Path("build/sentiment/release/release.json"), "{}")
    if verb == "image":
        write(Path("build/waiting.txt"), told.get("waiting", ""))
    if verb == "promote":
        write(Path("var/ledger.jsonl"), "{}\n")


def upkeep(verb: str, told: dict) -> None:
    """What `audit` and `update` leave."""
    failure = '<failure message="flask 1.0: CVE-1"/>' if verb in told["fails"] else ""
    if verb == "audit":
        write(Path("build/upkeep/junit/audit-serving.xml"), CASE.format("audit.serving", "flask", failure))
    else:
        write(Path("build/update/locks.diff"), "")
    write(Path(f"build/upkeep/{verb}.txt"), f"{verb}: said\n")


def write(path: Path, text: str) -> None:
    """A file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

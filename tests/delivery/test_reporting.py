"""What is written for people after a call: here, whether the ledger is whole."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from delivery.ledger import Entry
from delivery.opening import open_delivery
from delivery.reporting import write_report
from delivery.settings import FILE, load_settings

ROOT = Path(__file__).resolve().parents[2]


def test_the_report_says_whether_the_ledger_is_whole(tmp_path: Path) -> None:
    settings = dataclasses.replace(load_settings(ROOT / FILE), root=tmp_path)
    note, ledger = tmp_path / "build" / "ledger.json", tmp_path / "var" / "ledger.jsonl"
    note.parent.mkdir()
    write_report(settings)
    assert not note.exists()
    for why in ("one", "two\u2028lines"):
        open_delivery(settings).ledger.append(Entry("toy", "held", None, "Ada", why))
    write_report(settings)
    assert json.loads(note.read_text())["sentence"].startswith("2 entries, each follows the one before")
    ledger.write_text(ledger.read_text().replace("one", "eno"))
    write_report(settings)
    said = json.loads(note.read_text())
    assert (said["verified"], said["sentence"]) == (False, f"{ledger}: line 1 was edited")

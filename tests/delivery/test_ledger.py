"""The ledger: what it refuses, what it notices, what it mends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from delivery.errors import Broken
from delivery.journal import Write
from delivery.ledger import Entry, Ledger, began_to_serve
from delivery.lines import FileLines
from delivery.targets.state import State


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Three entries."""
    ledger = Ledger(FileLines(tmp_path / "ledger.jsonl"), State(tmp_path))
    for release, action in (("aaa", "promoted"), ("bbb", "aborted"), ("ccc", "promoted")):
        ledger.append(Entry("toy", action, release, "me", "why\u2028not", evidence={"accuracy": 0.71}))
    return ledger


def lines(ledger: Ledger) -> list[str]:
    return ledger.lines.path.read_text().split("\n")[:-1]


def write(ledger: Ledger, *kept: str) -> None:
    ledger.lines.path.write_text("".join(line + "\n" for line in kept))


def test_entries_are_chained_and_verify(ledger: Ledger) -> None:
    first, second, third = ledger.entries("toy")
    assert (first.previous, second.previous, third.previous) == ("", first.hash, second.hash)
    assert ledger.verify() == []
    assert ledger.entries("other") == []
    assert ledger.record.head().hash == third.hash


def test_an_edited_line_is_named(ledger: Ledger) -> None:
    first, second, third = lines(ledger)
    write(ledger, first, second.replace("0.71", "0.99"), third)
    assert ledger.verify() == [f"{ledger.lines.path}: line 2 was edited"]
    write(ledger, first, "not even JSON", third)
    assert "line 2 was edited: it is no ledger entry" in ledger.verify()[0]
    with pytest.raises(Broken, match="line 2"):
        ledger.entries()


def test_an_edit_that_mends_its_own_hash_is_named_by_the_line_after(ledger: Ledger) -> None:
    first, second, third = lines(ledger)
    forged = json.loads(second) | {"why": "because"}
    forged["hash"] = Entry(**forged).digest()
    write(ledger, first, json.dumps(forged), third)
    assert "line 3 does not follow line 2" in ledger.verify()[0]


def test_a_replaced_last_line_is_named(ledger: Ledger) -> None:
    first, second, third = lines(ledger)
    forged = json.loads(third) | {"why": "because"}
    forged["hash"] = Entry(**forged).digest()
    write(ledger, first, second, json.dumps(forged))
    assert ledger.verify() == [f"{ledger.lines.path}: line 3 is not the one recorded as the last: it was replaced"]


def test_a_removed_line_is_named(ledger: Ledger) -> None:
    first, second, third = lines(ledger)
    write(ledger, first, third)
    assert "line 2 does not follow line 1: a line was removed" in ledger.verify()[0]
    write(ledger, second, third)
    assert "line 1 does not follow the beginning" in ledger.verify()[0]


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_cut_off_end_is_named(ledger: Ledger, kept: int) -> None:
    write(ledger, *lines(ledger)[:kept])
    assert ledger.verify() == [f"{ledger.lines.path}: cut off after line {kept}; 3 lines are recorded"]


def test_a_missing_file_is_a_cut(ledger: Ledger) -> None:
    ledger.lines.path.unlink()
    assert "cut off after line 0" in ledger.verify()[0]


def test_a_repeated_and_an_added_line_are_named(ledger: Ledger) -> None:
    first, second, third = lines(ledger)
    write(ledger, first, second, second, third)
    assert f"{ledger.lines.path}: line 3 repeats line 2" in ledger.verify()
    added = Entry("toy", "promoted", "evil", "me", "why", previous=json.loads(third)["hash"])
    write(ledger, first, second, third, Entry(**{**vars(added), "hash": added.digest()}).line().strip())
    assert ledger.verify() == [f"{ledger.lines.path}: line 4 was added by hand; 3 lines are recorded"]


def test_nothing_is_written_to_a_ledger_that_does_not_verify(ledger: Ledger) -> None:
    write(ledger, *lines(ledger)[:2])
    with pytest.raises(Broken, match="cut off after line 2"):
        ledger.append(Entry("toy", "promoted", "ddd", "me", "why"))


def test_an_unknown_action_is_no_entry() -> None:
    with pytest.raises(ValueError, match="no action 'destroyed'"):
        Entry("toy", "destroyed", "aaa", "me", "why")  # type: ignore[arg-type]


def test_what_was_taken_back_is_refused_until_it_is_promoted_again(ledger: Ledger) -> None:
    assert set(ledger.refused_releases("toy")) == {"bbb"}
    ledger.append(Entry("toy", "rolled_back", "ccc", "me", "slow", champion="aaa"))
    assert set(ledger.refused_releases("toy")) == {"bbb", "ccc"}
    ledger.append(Entry("toy", "promoted", "bbb", "me", "it was the network", evidence={"again": True}))
    assert set(ledger.refused_releases("toy")) == {"ccc"}


def test_a_move_that_was_undone_neither_takes_back_nor_frees(ledger: Ledger) -> None:
    def moved(action: str, release: str, champion: str, move: str) -> None:
        ledger.append(Entry("toy", action, release, "me", "why", champion, {"delivery": move}))  # type: ignore[arg-type]

    moved("rolled_back", "ccc", "aaa", "1")
    assert began_to_serve(ledger.entries(), "aaa").action == "rolled_back"
    moved("undone", "aaa", "ccc", "1")
    assert set(ledger.refused_releases("toy")) == {"bbb"}
    assert began_to_serve(ledger.entries(), "aaa").action == "promoted"
    moved("promoted", "bbb", "ccc", "2")
    moved("undone", "bbb", "ccc", "2")
    assert set(ledger.refused_releases("toy")) == {"bbb"}


def test_approvals_and_holds_are_told(ledger: Ledger) -> None:
    ledger.append(Entry("toy", "approved", "ddd", "eve", "looked at it"))
    ledger.append(Entry("toy", "held", None, "eve", "holidays"))
    assert [entry.who for entry in ledger.approvals("toy", "ddd")] == ["eve"]
    assert ledger.approvals("toy", "aaa") == []
    assert ledger.hold("toy").why == "holidays"
    ledger.append(Entry("toy", "resumed", None, "eve", "back"))
    assert ledger.hold("toy") is None


HALF_DONE = "line 4 is half done by a killed delivery; the next delivery finishes it"
APPEND = """
import sys; from pathlib import Path
from delivery.ledger import Entry, Ledger
from delivery.lines import FileLines
from delivery.targets.state import State
var = Path(sys.argv[1])
for number in range(int(sys.argv[3])):
    entry = Entry("toy", "approved", f"{sys.argv[2]}{number}", "me", "é" * 50)
    Ledger(FileLines(var / "ledger.jsonl"), State(var)).append(entry)
"""


def appending(var: Path, name: str, count: int, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", APPEND, str(var), name, str(count)], env=environment)


def test_several_writers_lose_nothing(ledger: Ledger) -> None:
    writers = [appending(ledger.lines.path.parent, name, 5) for name in "xyz"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert len(ledger.entries()) == 18
    assert ledger.verify() == []


@pytest.mark.parametrize("write", ["announced", "half_written", "appended", "head_recorded"])
def test_an_entry_interrupted_by_a_kill_is_finished_and_said(ledger: Ledger, write: str) -> None:
    assert appending(ledger.lines.path.parent, "x", 1, DELIVERY_KILL_AFTER=f"ledger_{write}").wait() == -9
    there = ["aaa", "bbb", "ccc"] + (["x0"] if write in ("appended", "head_recorded") else [])
    assert [entry.release for entry in ledger.entries()] == there
    whole = write in ("announced", "head_recorded")
    assert ledger.verify() == ([] if whole else [f"{ledger.lines.path}: {HALF_DONE}"])
    assert (ledger.mend() is None) == (write == "head_recorded")
    assert [entry.release for entry in ledger.entries()] == ["aaa", "bbb", "ccc", "x0"]
    assert ledger.verify() == []
    assert ledger.mend() is None


@pytest.mark.parametrize("cut", [-2, -1, 0])
def test_a_line_cut_in_the_middle_of_a_character_is_half_done(ledger: Ledger, cut: int) -> None:
    entry = Entry("toy", "held", None, "me", "é" * 50)
    ledger.record.record_head(replace(ledger.record.head(), announced=entry), Write.LEDGER_ANNOUNCED)
    line = entry.line().encode()
    with ledger.lines.path.open("ab") as file:
        file.write(line[: line.index(b"\xa9") + cut])
    assert ledger.verify() == [f"{ledger.lines.path}: {HALF_DONE}"]
    assert len(ledger.entries()) == 3


def test_a_forged_half_line_is_not_mended(ledger: Ledger) -> None:
    with ledger.lines.path.open("a") as file:
        file.write('{"model": "toy"')
    assert ledger.mend() is None
    assert "line 4 was edited" in ledger.verify()[0]


@dataclass(frozen=True)
class Written(FileLines):
    """Lines that another delivery writes right after they were read: what was read so far, and what comes then."""

    seen: str = ""
    afterwards: list[Callable[[], object]] = field(default_factory=list)

    def text(self) -> str:
        text = super().text()
        if not self.afterwards:
            return text
        self.afterwards.pop()()
        return text + self.seen


@pytest.mark.parametrize("seen", ["", '{"model": "oth'], ids=["between the lines", "in the middle of a line"])
def test_who_reads_while_another_model_is_written_about_sees_a_whole_ledger(ledger: Ledger, seen: str) -> None:
    def write() -> None:
        ledger.append(Entry("other", "promoted", "ddd", "me", "why"))

    path = ledger.lines.path
    assert Ledger(Written(path, seen, [write]), ledger.record).verify() == []
    assert len(Ledger(Written(path, seen, [write]), ledger.record).entries("toy")) == 3
    assert len(ledger.entries("other")) == 2

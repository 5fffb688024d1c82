"""`respond` on real servers: one rollback whatever comes, the ledger right, one sentence and the right exit code."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from delivery import opening
from delivery.alerts import Alert
from delivery.ledger import Entry
from delivery.promotion import Delivery, hold, promote, resume
from delivery.running import main
from delivery.settings import FILE
from model.library import find_models
from tests.delivery import alarms, respond_here
from tests.delivery.asking import ask

ROOT = Path(__file__).resolve().parents[2]
WHO = {"who": "me", "why": "test"}


@dataclass(frozen=True)
class Project:
    """A checkout with project.toml alone, its production, and the CLI."""

    root: Path
    delivery: Delivery
    capsys: pytest.CaptureFixture[str]

    def respond(self, alerts: Sequence[Alert] | str) -> tuple[int, list[str], list[str]]:
        """One call: exit code, lines said, lines complained."""
        path = self.root / "alert.json"
        path.write_text(alerts if isinstance(alerts, str) else alarms.text(alerts))
        code = main(["respond", str(path)], self.root)
        told = self.capsys.readouterr()
        return code, told.out.splitlines(), told.err.splitlines()

    def start(self, path: Path) -> subprocess.Popen[bytes]:
        """The same call in a process of its own."""
        command = [sys.executable, "-m", respond_here.__name__, str(self.root), str(path)]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def live(self, model: str = "toy") -> Any:
        """What answers the public."""
        return ask(self.delivery.target.public_url(model))["release"]

    def entries(self, model: str = "toy") -> list[Entry]:
        """The model's lines, and all lines verified."""
        assert self.delivery.ledger.verify() == []
        return self.delivery.ledger.entries(model)

    def actions(self, model: str = "toy") -> list[str]:
        return [entry.action for entry in self.entries(model)]

    def report(self, model: str = "toy") -> str:
        return (self.root / "build" / "report" / f"{model}.md").read_text()

    @property
    def summary(self) -> str:
        return (self.root / "build" / "summary.txt").read_text().strip()


MODEL = find_models()[0]


@pytest.fixture
def project(tmp_path, delivery, capsys, monkeypatch) -> Project:
    """Nothing in production yet."""
    shutil.copy(ROOT / FILE, tmp_path / FILE)
    monkeypatch.setattr(opening, "open_local", respond_here.open_here)
    monkeypatch.setenv("DELIVERY_WHO", "respond")
    return Project(tmp_path, delivery, capsys)


@pytest.fixture
def live(project: Project, make_release) -> Project:
    """`bbb` in production, `aaa` before it."""
    for release in ("aaa", "bbb"):
        project.delivery.target.publish("toy", make_release(release))
        promote(project.delivery, "toy", release, **WHO)
    return project


def failing(**changed: Any) -> Alert:
    """Errors of `bbb`, from now on."""
    return alarms.alert(**{"release": "bbb", "started": datetime.now(UTC), **changed})


def test_a_bad_release_is_taken_back_and_everybody_can_read_why(live: Project) -> None:
    alert = failing()
    code, told, complained = live.respond([alert])
    assert (code, complained) == (0, [])
    assert told == ["respond: toy: ModelErrorsFast: rolled back: ModelErrorsFast on bbb: 14 % of requests fail"]
    assert live.live() == "aaa"
    taken = live.entries()[-1]
    assert (taken.action, taken.release, taken.champion, taken.who) == ("rolled_back", "bbb", "aaa", "respond")
    assert taken.evidence["alert"] == alert.as_evidence()
    assert live.summary == "toy rolled back bbb for ModelErrorsFast"
    assert "Release bbb was taken back at" in live.report()
    assert "14 % of requests fail" in live.report()


def test_the_same_alert_fifty_times_is_one_rollback(live: Project) -> None:
    alert = failing()
    assert {live.respond([alert] * 10)[0] for _ in range(5)} == {0}
    assert live.actions() == ["promoted", "promoted", "rolled_back"]
    assert live.live() == "aaa"
    assert live.summary == "toy nothing to do bbb for ModelErrorsFast and 9 more"


def test_a_storm_about_one_model_is_one_rollback(live: Project) -> None:
    storm = [
        failing(name=name, fingerprint=f"{at:016x}", release=None if at % 2 else "bbb")
        for at, name in enumerate(("ModelSilent", "ModelQuality", "ModelSlow", "ModelErrorsFast", "ModelRestarting"))
    ]
    code, told, _ = live.respond(storm)
    assert code == 0
    assert sum("rolled back:" in line for line in told) == 1
    assert live.actions() == ["promoted", "promoted", "rolled_back", *["told"] * 4]
    assert live.live() == "aaa"


def test_resolved_before_firing_is_left_alone(live: Project) -> None:
    over, late = failing(firing=False), failing()
    late = alarms.alert(release="bbb", started=over.started)
    assert live.respond([over])[0] == 0
    code, told, _ = live.respond([late])
    assert code == 0
    assert "nothing to do: seen before: told" in told[0]
    assert live.actions() == ["promoted", "promoted", "told"]
    assert live.live() == "bbb"


def test_two_models_at_once_are_each_taken_back(live: Project, make_release) -> None:
    target = live.delivery.target
    for release in ("aaa", "bbb"):
        target.publish("other", live.root / "built" / release)
        promote(live.delivery, "other", release, **WHO)
    code, _, complained = live.respond([failing(), failing(model="other"), failing(model="../../etc")])
    assert code == 2
    assert complained == [f"alert: no model '../../etc' here, wanted one of {', '.join(find_models())}"]
    assert (live.live(), live.live("other")) == ("aaa", "aaa")
    assert live.actions() == live.actions("other") == ["promoted", "promoted", "rolled_back"]
    assert live.delivery.ledger.entries("../../etc") == []
    assert sorted(path.name for path in (live.root / "build").glob("*/response.json")) == ["response.json"] * 2
    live.respond([failing()])
    assert [path.parent.name for path in (live.root / "build").glob("*/response.json")] == ["toy"]


def test_two_calls_at_once_roll_back_once(live: Project) -> None:
    path = live.root / "alert.json"
    path.write_text(alarms.text([failing()]))
    calls = [live.start(path) for _ in range(2)]
    assert [call.wait() for call in calls] == [0, 0]
    assert live.actions() == ["promoted", "promoted", "rolled_back"]
    assert live.live() == "aaa"


def test_a_hold_and_a_cooldown_refuse_and_the_next_repeat_is_heard(live: Project, make_release) -> None:
    alert = failing()
    hold(live.delivery, "toy", who="ada", why="a feast day")
    code, told, _ = live.respond([alert])
    assert code == 1
    assert "told: held by ada since" in told[0]
    assert live.respond([alert])[0] == 1
    resume(live.delivery, "toy", **WHO)
    assert live.respond([alert])[0] == 0
    live.delivery.target.publish("toy", make_release("ccc"))
    promote(live.delivery, "toy", "ccc", **WHO)
    code, told, _ = live.respond([failing(release="ccc")])
    assert code == 1
    assert "correction.cooldown_seconds" in told[0]
    assert live.actions()[2:] == ["held", "told", "resumed", "rolled_back", "promoted", "told"]
    assert live.live() == "ccc"


def test_a_canary_that_a_killed_delivery_left_is_taken_away(live: Project, make_release) -> None:
    live.delivery.target.publish("toy", make_release("ccc"))
    live.delivery.target.start("toy", "canary", "ccc")
    code, told, _ = live.respond([failing(release="ccc")])
    assert code == 0
    assert "told: release ccc is not live, bbb is" in told[0]
    assert live.delivery.target.state.read().model("toy").canary is None


def test_an_alert_about_nothing_in_production_is_told(project: Project) -> None:
    code, told, _ = project.respond([alarms.alert(model=MODEL)])
    assert code == 0
    assert told == [f"respond: {MODEL}: ModelErrorsFast: told: nothing is in production"]
    assert project.summary == f"{MODEL} told for ModelErrorsFast"
    assert "Alert ModelErrorsFast: nothing is in production." in project.report(MODEL)


@pytest.mark.parametrize("body", ["", "{", '{"version": "4", "alerts": []}', '{"version": "4", "alerts": [7]}'])
def test_a_malformed_body_changes_nothing(project: Project, body: str) -> None:
    code, told, complained = project.respond(body)
    assert (code, told) == (2, [])
    assert len(complained) == 1
    assert complained[0].startswith("alert: ")
    assert not (project.root / "var").exists()


def test_a_foreign_alert_is_named_and_the_others_are_answered(project: Project) -> None:
    code, told, complained = project.respond([alarms.alert(name="Watchdog"), alarms.alert(model=MODEL)])
    assert code == 2
    assert complained[0].startswith("alert: no alert 'Watchdog' is known here, wanted one of ModelErrorsFast")
    assert len(told) == 1


def test_a_file_that_is_not_there_is_named(project: Project) -> None:
    assert main(["respond", str(project.root / "gone.json")], project.root) == 2
    assert "gone.json cannot be read" in project.capsys.readouterr().err


def test_standard_input_is_read_too(project: Project) -> None:
    command = [sys.executable, "-m", respond_here.__name__, str(project.root), "-"]
    body = alarms.text([alarms.alert(model=MODEL)]).encode()
    done = subprocess.run(command, cwd=ROOT, input=body, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().splitlines() == [f"respond: {MODEL}: ModelErrorsFast: told: nothing is in production"]


def test_a_release_that_cannot_be_put_back_leaves_the_bad_one_serving_and_says_so(live: Project) -> None:
    (live.delivery.target.release_folder("toy", "aaa") / "serving" / "app.py").write_text("raise SystemExit('no leaf')")
    code, told, complained = live.respond([failing()])
    assert (code, told) == (3, [])
    assert "no leaf" in complained[0]
    assert live.live() == "bbb"
    assert live.actions() == ["promoted", "promoted", "undone"]
    code, told, _ = live.respond([failing(fingerprint="00000000deadbeef")])
    assert code == 1
    assert "correction.cooldown_seconds" in told[0]

"""The target on this machine, with real servers."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from delivery.errors import Broken, Refused
from delivery.ledger import Entry
from delivery.promotion import Delivery, hold, promote, prune, recover, resume, rollback
from delivery.targets.environments import Environments
from delivery.targets.local import LocalTarget
from delivery.targets.servers import Site, Wanted
from delivery.targets.signing import ensure_key, key_file
from tests.delivery.asking import ask

WHO = {"who": "me", "why": "test"}


def publish(target: LocalTarget, make_release, *names: str) -> None:
    for name in names:
        assert target.publish("toy", make_release(name)) == name


def test_nothing_is_the_champion_only_where_nothing_was_ever_promoted(target: LocalTarget) -> None:
    assert target.current("toy") is None


def test_a_release_goes_from_staging_over_the_canary_to_production_and_back(delivery: Delivery, make_release) -> None:
    target = delivery.target
    publish(target, make_release, "aaa", "bbb")
    staged = target.start("toy", "staging", "aaa")
    assert ask(staged)["release"] == "aaa"
    assert target.current("toy") is None
    assert promote(delivery, "toy", "aaa", **WHO) == "promoted"
    assert promote(delivery, "toy", "aaa", **WHO) == "unchanged"
    canary = target.start("toy", "canary", "bbb")
    assert (ask(canary)["release"], ask(target.public_url("toy"))["release"]) == ("bbb", "aaa")
    promote(delivery, "toy", "bbb", **WHO)
    champion = target.current("toy")
    assert champion is not None
    assert (champion.release, ask(champion.url)["release"]) == ("bbb", "bbb")
    assert rollback(delivery, "toy", of="aaa", **WHO) is None
    assert rollback(delivery, "toy", of="bbb", **WHO) == "aaa"
    assert target.current("toy").release == "aaa"
    assert [entry.action for entry in delivery.ledger.entries("toy")] == ["promoted", "promoted", "rolled_back"]
    with pytest.raises(Refused, match="no earlier release"):
        rollback(delivery, "toy", **WHO)
    with pytest.raises(Refused, match=r"bbb was rolled back .* --again"):
        promote(delivery, "toy", "bbb", **WHO)
    assert promote(delivery, "toy", "bbb", again=True, **WHO) == "promoted"


def test_a_release_that_does_not_start_leaves_the_old_one_serving(delivery: Delivery, make_release) -> None:
    target = delivery.target
    publish(target, make_release, "aaa")
    promote(delivery, "toy", "aaa", **WHO)
    target.publish("toy", make_release("bad", extra="raise SystemExit('the scorer is not whole')"))
    with pytest.raises(Broken, match=r"(?s)bad in stable ended with exit code .*the scorer is not whole"):
        promote(delivery, "toy", "bad", **WHO)
    assert target.current("toy").release == "aaa"
    assert ask(target.public_url("toy"))["release"] == "aaa"
    assert [entry.action for entry in delivery.ledger.entries()] == ["promoted", "undone"]
    assert recover(delivery, "toy") == []


NEEDS_A_FILE = "if not pathlib.Path('../needed').exists(): raise SystemExit('a file is missing')"


def test_a_champion_that_went_down_for_good_can_be_rolled_back(delivery: Delivery, make_release) -> None:
    target = delivery.target
    publish(target, make_release, "aaa")
    target.publish("toy", make_release("bad", extra=NEEDS_A_FILE))
    needed = target.release_folder("toy", "needed")
    needed.touch()
    for release in ("aaa", "bad"):
        promote(delivery, "toy", release, **WHO)
    target.close()
    needed.unlink()
    target.open()
    with pytest.raises(Broken, match=r"(?s)stable does not answer: .*a file is missing"):
        target.current("toy")
    assert rollback(delivery, "toy", **WHO) == "aaa"
    assert ask(target.public_url("toy"))["release"] == "aaa"


def test_a_rollback_that_failed_beside_a_dead_champion_can_be_tried_again(delivery: Delivery, make_release) -> None:
    target = delivery.target
    needed = {release: target.release_folder("toy", f"needed-{release}") for release in ("aaa", "bbb")}
    for release, file in needed.items():
        target.publish("toy", make_release(release, extra=NEEDS_A_FILE.replace("needed", file.name)))
        file.touch()
        promote(delivery, "toy", release, **WHO)
    target.close()
    for file in needed.values():
        file.unlink()
    target.open()
    with pytest.raises(Broken, match=r"(?s)aaa in stable .*a file is missing.*; bbb before it does not serve either: "):
        rollback(delivery, "toy", **WHO)
    assert delivery.journal.interrupted("toy") is None
    assert (target.named("toy"), delivery.ledger.entries("toy")[-1].action) == ("bbb", "undone")
    needed["aaa"].touch()
    assert rollback(delivery, "toy", **WHO) == "aaa"


def test_an_intent_stays_where_the_old_champion_cannot_even_be_named(
    delivery: Delivery, make_release, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = delivery.target
    publish(target, make_release, "aaa")
    promote(delivery, "toy", "aaa", **WHO)
    target.publish("toy", make_release("bad", extra="raise SystemExit('no')"))
    switch = LocalTarget.switch

    def cut_off(self: LocalTarget, model: str, release: str | None, previous: str | None) -> None:
        if release == "aaa":
            raise Broken("the target cannot be reached")
        switch(self, model, release, previous)

    monkeypatch.setattr(LocalTarget, "switch", cut_off)
    with pytest.raises(Broken, match=r"(?s)bad in stable .*cannot be reached"):
        promote(delivery, "toy", "bad", **WHO)
    monkeypatch.undo()
    assert delivery.journal.interrupted("toy") is not None
    assert ["was undone" in sentence for sentence in recover(delivery, "toy")] == [True]
    assert target.current("toy").release == "aaa"


def test_a_stopped_target_remembers_what_ran_and_comes_back_on_the_same_port(delivery: Delivery, make_release) -> None:
    target = delivery.target
    publish(target, make_release, "aaa")
    promote(delivery, "toy", "aaa", **WHO)
    before = target.public_url("toy")
    assert target.close()
    assert not target.close()
    champion = target.current("toy")
    assert champion is not None
    assert (champion.release, champion.url) == ("aaa", None)
    target.open()
    assert (target.public_url("toy"), ask(before)["release"]) == (before, "aaa")


def test_faults_reach_the_canary_alone_and_no_promotion_keeps_them(delivery: Delivery, make_release) -> None:
    target = delivery.target
    tell = "import os\nRELEASE['identity'] += os.environ.get('MODEL_FAULTS', '')"
    target.publish("toy", make_release("aaa", extra=tell))
    assert ask(target.start("toy", "canary", "aaa", faults="slow:1"))["release"] == "aaaslow:1"
    target.weigh("toy", 0.25)
    promote(delivery, "toy", "aaa", **WHO)
    assert ask(target.public_url("toy"))["release"] == "aaa"
    with pytest.raises(Broken, match="canary does not answer"):
        target.address("toy", "canary")


def test_a_held_model_is_not_promoted(delivery: Delivery, make_release) -> None:
    publish(delivery.target, make_release, "aaa")
    assert hold(delivery, "toy", who="me", why="the data is odd")
    assert not hold(delivery, "toy", who="me", why="again")
    assert delivery.target.held("toy") == "the data is odd"
    with pytest.raises(Refused, match=r"held by me .* the data is odd"):
        promote(delivery, "toy", "aaa", **WHO)
    assert resume(delivery, "toy", **WHO)
    assert delivery.target.held("toy") is None


def test_pruning_keeps_what_could_be_needed(delivery: Delivery, make_release) -> None:
    target = delivery.target
    publish(target, make_release, "aaa", "bbb", "ccc")
    promote(delivery, "toy", "aaa", **WHO)
    assert prune(delivery, "toy") == ["bbb", "ccc"]
    assert (target.holds("toy", "aaa"), target.holds("toy", "bbb")) == (True, False)


def test_pruning_takes_the_environments_that_nobody_needs(target: LocalTarget, make_release) -> None:
    environments = Environments(target.var)
    needed, other = make_release("aaa"), make_release("bbb")
    (other / "requirements.txt").write_text("# nothing either\n")
    kept, gone = environments.make(needed), environments.make(other)
    assert kept.exists()
    assert gone.exists()
    environments.prune([needed])
    assert (kept.exists(), gone.exists()) == (True, False)
    assert environments.make(other).exists()


def test_an_unpublished_release_and_a_refused_folder_do_not_run(target: LocalTarget, make_release) -> None:
    with pytest.raises(Broken, match="nowhere is not published"):
        target.start("toy", "canary", "nowhere")

    def refuse(folder: Path) -> None:
        raise Broken(f"{folder}: scorer.json is not as sealed")

    strict = LocalTarget(target.var, interpreter=target.interpreter, verify=refuse)
    with pytest.raises(Broken, match="not as sealed"):
        strict.publish("toy", make_release("aaa"))


def test_a_server_gets_the_key_from_a_private_file_and_nothing_of_ours(
    target: LocalTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUR_PASSWORD", "secret")
    ensure_key(target.var)
    key = key_file(target.var)
    first = key.read_text()
    ensure_key(target.var)
    site = Site(target.var, Environments(target.var, target.interpreter))
    variables = site.environment(Wanted("toy", "stable", "aaa"), target.var)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert variables["SIGNING_KEY"] == key.read_text() == first
    assert not {"OUR_PASSWORD", "MODEL_FAULTS", "FAULTS_ALLOWED"} & set(variables)


def test_the_ledger_refuses_what_was_aborted(delivery: Delivery, make_release) -> None:
    publish(delivery.target, make_release, "aaa")
    delivery.record(Entry("toy", "aborted", "aaa", "me", "wrong when live"))
    with pytest.raises(Refused, match=r"aaa was aborted .* wrong when live"):
        promote(delivery, "toy", "aaa", **WHO)


def test_an_environment_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("no_such_package_here\n")
    with pytest.raises(Broken, match=r"(?s)requirements.txt: its environment cannot be made .*hash"):
        Environments(tmp_path / "var").make(tmp_path)
    assert json.dumps([str(path) for path in (tmp_path / "var").rglob("whole")]) == "[]"

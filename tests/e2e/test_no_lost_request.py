"""Under constant load from 8 clients, 20 promotions and rollbacks of real releases: every request is answered."""

from __future__ import annotations

import copy
import json
import sys
import time
from pathlib import Path

import pytest

from delivery.errors import Broken
from delivery.journal import Journal
from delivery.ledger import Ledger
from delivery.promotion import Delivery, promote, rollback
from delivery.targets.local import LocalTarget
from tests.delivery.asking import ask
from tests.delivery.load import load
from tests.serving.releases import TEXT, write_release

WHO = {"who": "me", "why": "test"}
SWAPS = 20
QUESTION = json.dumps({"instances": TEXT["instances"]})


@pytest.fixture
def delivery(tmp_path: Path):
    """The target on this machine, with the real check of what is sealed."""
    target = LocalTarget(tmp_path / "var", base_port=0, interpreter=Path(sys.executable))
    yield Delivery(target, Ledger(target.var / "ledger.jsonl", target.state), Journal(target.var))
    target.close()


@pytest.fixture
def releases(tmp_path: Path, delivery: Delivery) -> list[str]:
    """Two published releases that differ in one weight."""
    other = copy.deepcopy(TEXT)
    other["scorer.json"]["scorer"]["intercepts"] = [0.2]
    folders = [write_release(tmp_path / name, parts) for name, parts in (("one", TEXT), ("two", other))]
    return [delivery.target.publish("mood", folder) for folder in folders]


@pytest.mark.slow
def test_no_request_is_lost_in_twenty_swaps(delivery: Delivery, releases: list[str]) -> None:
    first, second = releases
    promote(delivery, "mood", first, **WHO)
    with load(delivery.target.public_url("mood"), method="POST", path="/predict", body=QUESTION) as counts:
        for _ in range(SWAPS // 2):
            promote(delivery, "mood", second, again=True, **WHO)
            assert rollback(delivery, "mood", of=second, **WHO) == first
        time.sleep(3)
    print(dict(counts))
    assert counts == {"sent": counts["sent"], "answered": counts["sent"], "failed": 0, "reset": 0}


@pytest.mark.slow
def test_one_changed_byte_is_refused_by_name(delivery: Delivery, releases: list[str]) -> None:
    first, second = releases
    promote(delivery, "mood", first, **WHO)
    scorer = delivery.target.release_folder("mood", second) / "scorer.json"
    scorer.write_text(scorer.read_text().replace("0.2", "0.3"))
    with pytest.raises(Broken, match=r"scorer\.json"):
        promote(delivery, "mood", second, **WHO)
    assert ask(delivery.target.public_url("mood"))["release"] == first

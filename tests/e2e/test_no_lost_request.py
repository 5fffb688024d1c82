"""Under constant load from 8 clients, 20 promotions and rollbacks: every request is answered."""

from __future__ import annotations

import time

import pytest

from delivery.promotion import Delivery, promote, rollback
from tests.delivery.conftest import delivery, make_release, target  # noqa: F401
from tests.delivery.load import load

WHO = {"who": "me", "why": "test"}
SWAPS = 20


@pytest.mark.slow
def test_no_request_is_lost_in_twenty_swaps(delivery: Delivery, make_release) -> None:  # noqa: F811
    for release in ("aaa", "bbb"):
        delivery.target.publish("toy", make_release(release))
    promote(delivery, "toy", "aaa", **WHO)
    with load(delivery.target.public_url("toy")) as counts:
        for _ in range(SWAPS // 2):
            promote(delivery, "toy", "bbb", again=True, **WHO)
            time.sleep(0.5)
            assert rollback(delivery, "toy", of="bbb", **WHO) == "aaa"
            time.sleep(0.5)
        time.sleep(3)
    print(dict(counts))
    assert counts == {"sent": counts["sent"], "answered": counts["sent"], "failed": 0, "reset": 0}

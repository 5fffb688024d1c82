"""Under constant load, 20 promotions and rollbacks of real releases by the CLI: every request is answered."""

from __future__ import annotations

import json
import time

import pytest

from model.library import find_models
from tests.delivery.load import load
from tests.e2e.checkout import Checkout

pytestmark = pytest.mark.slow
MODEL = find_models()[-1]
SWAPS = 20


def run_and_see(checkout: Checkout) -> str:
    """The release that `make run` takes to production."""
    checkout.make("run", f"MODEL={MODEL}")
    return str(checkout.champion(MODEL))


def test_no_request_is_lost_in_twenty_swaps(trained: Checkout) -> None:
    first = run_and_see(trained)
    trained.patch_server("Another release")
    second = run_and_see(trained)
    instances = trained.read(f"build/{MODEL}/release/samples.json")["instances"][:1]
    served = []
    with load(trained.url(MODEL), method="POST", path="/predict", body=json.dumps({"instances": instances})) as counts:
        for _ in range(SWAPS // 2):
            trained.make("rollback", f"MODEL={MODEL}")
            served.append(trained.champion(MODEL))
            trained.make("promote", f"MODEL={MODEL}", "AGAIN=1", "WHY=to and fro")
            served.append(trained.champion(MODEL))
        time.sleep(3)
    print(f"{SWAPS} swaps:", dict(counts))
    assert first != second
    assert served == [first, second] * (SWAPS // 2)
    assert counts == {"sent": counts["sent"], "answered": counts["sent"], "failed": 0, "reset": 0}

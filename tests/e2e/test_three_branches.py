"""Three people add a candidate each to one model, on branches: they merge without a conflict, and the loop runs."""

from __future__ import annotations

import pytest

from tests.e2e.checkout import Checkout

pytestmark = [pytest.mark.slow, pytest.mark.examples]
MODEL = "house_price"
PENALTIES = (1, 10, 30)


def add_candidate(checkout: Checkout, penalty: int) -> str:
    """One new file: the ridge that is there already, with another penalty."""
    folder = checkout.folder / "model" / "library" / MODEL
    ridge = (folder / "ridge.py").read_text()
    other = ridge.replace("alpha=3.0", f"alpha={penalty}.0")
    assert other != ridge
    (folder / f"ridge_{penalty}.py").write_text(other)
    return f"ridge_{penalty}"


def test_three_branches_merge_and_the_loop_runs_on_the_merge(trained: Checkout) -> None:
    begin = trained.git("rev-parse", "HEAD").strip()
    names = []
    for penalty in PENALTIES:
        trained.git("checkout", "--quiet", "-b", f"penalty-{penalty}", begin)
        names.append(add_candidate(trained, penalty))
        trained.commit(f"Penalty {penalty}")
    for penalty in PENALTIES[:-1]:
        trained.git("merge", "--quiet", "--no-edit", f"penalty-{penalty}")
    said = trained.make("run", f"MODEL={MODEL}")
    assert f"{MODEL}: {trained.champion(MODEL)} in production" in said
    ranked = {one["name"] for one in trained.read(f"build/{MODEL}/training.json")["candidates"]}
    assert ranked == {"linear", "ridge", "boosting", "vote", *names}

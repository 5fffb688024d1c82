"""`make prove`: bad commits, each refused by the gate that should see it. It is about the two example models."""

from __future__ import annotations

import sys

from model.library import find_models

EXAMPLES = ("house_price", "sentiment")


def main() -> int:
    """Proves, or says in one sentence that the examples are not there: 2."""
    missing = sorted({*EXAMPLES} - {*find_models()})
    if missing:
        print(
            f"prove: model/library has no {' and no '.join(missing)}; the bad commits are about these examples. For a "
            "model of your own: break its data, its candidate, its scorer, and see which gate says no",
            file=sys.stderr,
        )
        return 2
    from prove.proving import main as prove

    return prove()


sys.exit(main())

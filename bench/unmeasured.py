"""The same server without its metrics: what is left is what they cost. For benchmarks alone."""

from __future__ import annotations

from typing import Any


def create_app() -> Any:
    """The app of the release in this folder; nothing is counted and no bin is looked for."""
    from serving import app
    from serving.bins import BinCounts
    from serving.metrics import Metrics

    def nothing(*_: object) -> None:
        pass

    for place, name in ((Metrics, "count_request"), (Metrics, "count_predictions"), (BinCounts, "add")):
        assert callable(getattr(place, name)), f"{place.__name__}.{name} has gone: this would measure nothing"
        setattr(place, name, nothing)
    return app.create_app()

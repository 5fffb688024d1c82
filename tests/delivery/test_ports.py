"""The public ports: counted from `base_port`, kept while somebody is served."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from delivery.promotion import Delivery, promote
from delivery.targets.ports import free_port, open_public
from tests.delivery.asking import ask

WHO = {"who": "me", "why": "test"}


def test_another_base_port_counts_from_the_next_start_on(delivery: Delivery, make_release) -> None:
    target = delivery.target
    target.publish("toy", make_release("aaa"))
    promote(delivery, "toy", "aaa", **WHO)
    before = target.public_url("toy")
    moved = replace(target, base_port=free_port(20000, set()))
    moved.open()
    assert moved.public_url("toy") == before, "who is being served is not sent away"
    moved.close()
    moved.open()
    assert moved.public_url("toy") == f"http://127.0.0.1:{moved.base_port}"
    assert ask(moved.public_url("toy"))["release"] == "aaa"
    assert f"toy: it answers on port {moved.base_port} now" in (target.var / "journal.log").read_text()


def test_a_port_that_is_taken_is_passed_over_or_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        port = foreign.getsockname()[1]
        assert free_port(port, {port + 1}) > port + 1
        with pytest.raises(OSError, match=f"port {port} is taken by another program"):
            open_public(port)

"""The public ports of the models on this machine: counted from `base_port` in the order of their first days."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress

from delivery.errors import Broken
from delivery.targets.state import Desired, ModelState

PORTS_TO_TRY = 100
WAITING_CONNECTIONS = 1024


def add_model(desired: Desired, model: str, base_port: int, note: Callable[[str], None]) -> None:
    """Give a model the port that it keeps; noted where that is not the next one."""
    taken = {state.port for state in desired.models.values()}
    port, following = free_port(base_port, taken), base_port + len(taken)
    desired.models[model], desired.base_port = ModelState(port), base_port
    if base_port and port != following:
        note(f"{model}: port {following} is taken, it answers on {port}")


def count_anew(desired: Desired, base_port: int, note: Callable[[str], None]) -> None:
    """Other ports where another `base_port` is set, noted for each model that moved; while nothing serves."""
    taken = set[int]()
    for model, state in desired.models.items():
        before, state.port = state.port, free_port(base_port, taken)
        taken.add(state.port)
        if state.port != before:
            note(f"{model}: it answers on port {state.port} now, not on {before}: base_port is {base_port}")
    desired.base_port = base_port


def free_port(first: int, taken: set[int]) -> int:
    """The first port from `first` on that no other model has and no program listens on; 0 asks the system for one."""
    for port in range(first, first + PORTS_TO_TRY) if first else [0]:
        with suppress(OSError):
            if port not in taken:
                with socket.create_server(("127.0.0.1", port)) as probe:
                    return int(probe.getsockname()[1])
    raise Broken(f"no free port from {first} to {first + PORTS_TO_TRY - 1} on 127.0.0.1; set another base_port")


def open_public(port: int) -> socket.socket:
    """Listen on 127.0.0.1:port; OSError says so when another program does."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=WAITING_CONNECTIONS)
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        raise OSError(f"port {port} is taken by another program; end it, or give the model another port") from None

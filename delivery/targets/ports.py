"""The public ports of the models on this machine."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress

from delivery.errors import Broken

PORTS_TO_TRY = 100
WAITING_CONNECTIONS = 1024


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

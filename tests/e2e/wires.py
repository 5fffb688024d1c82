"""A wire between the delivery and a server, which a test can cut and mend: the server itself goes on for all others."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Wire:
    """A port of this machine that leads to another address."""

    to: tuple[str, int]
    port: int = 0
    _listener: socket.socket | None = None
    _open: set[socket.socket] = field(default_factory=set)

    def mend(self) -> None:
        """Connections come through, on the same port as before."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """Connections are refused, and those that are open break."""
        listener, self._listener = self._listener, None
        for each in (listener, *self._open):
            if each is not None:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self.to, timeout=10)
        except OSError:
            return near.close()
        far.settimeout(None)
        self._open |= {near, far}
        threading.Thread(target=pump, args=(far, near), daemon=True).start()
        return pump(near, far)


def pump(source: socket.socket, sink: socket.socket) -> None:
    """All bytes of one direction, until either side ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for each in (source, sink):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(host: str, port: int) -> Iterator[Wire]:
    """A whole wire; cut for good afterwards."""
    laid = Wire((host, port))
    laid.mend()
    try:
        yield laid
    finally:
        laid.cut()

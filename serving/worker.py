"""gunicorn's threaded worker, taught to leave without losing a request.

On SIGTERM gunicorn's own worker stops accepting at once. This one first fails readiness and goes on answering for
DRAIN_SECONDS, new connections too, each answer with `Connection: close`, so that whoever sends requests here has time
to look elsewhere; then gunicorn's own end follows, which answers what is still on kept-alive connections.

gunicorn loses a SIGTERM that reaches a worker between its fork and its first turn: that worker would go on answering
until the graceful timeout and then be killed in the middle of a request. Here the signal waits until it can be heard.

Connections are closed without waiting in the main loop. gunicorn 27 waits there up to two seconds for the client to
close first, and nothing else is answered meanwhile.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections import deque
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from serving.envelope import waited
from serving.served import Served

FLUSH_SECONDS = 1.0
LINGER_SECONDS = 2.0
"""How long a finished connection may take to be closed by the client before it is closed here."""


def _hold_sigterm() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _let_sigterm_through() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


os.register_at_fork(before=_hold_sigterm, after_in_parent=_let_sigterm_through)


class DrainingWorker(ThreadWorker):  # type: ignore[misc]
    """A ThreadWorker that drains before it stops, and pays drift bins into the counters once a second."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alive: bool
        self._drained_at: float | None = None
        self._flushed_at = 0.0
        self._lingering: deque[TConn] = deque()

    @property
    def _served(self) -> Served:
        served: Served = self.wsgi.extensions["served"]
        return served

    def run(self) -> None:
        """The main loop. A SIGTERM held back since the fork is heard now."""
        _let_sigterm_through()
        super().run()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM: fail readiness, announce the end in every answer, and go on for DRAIN_SECONDS."""
        if self._drained_at is not None:
            return
        self._drained_at = time.monotonic() + float(os.environ["DRAIN_SECONDS"])
        self.max_keepalived = 0  # gunicorn closes a connection when it keeps this many already
        self._served.readiness.drain()
        self.method_queue.defer(lambda: None)  # wakes the loop

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """One turn of the main loop, no longer than until the drain or a lingering connection ends."""
        if self._drained_at is not None and self.alive:
            timeout = min(timeout, max(0.0, self._drained_at - time.monotonic()))
        super().wait_for_and_dispatch_events(timeout)
        if self._drained_at is not None and time.monotonic() >= self._drained_at:
            self._accept_waiting()
            self.alive = False

    def notify(self) -> None:
        """Called by the main loop at least once a second."""
        super().notify()
        now = time.monotonic()
        if now - self._flushed_at >= FLUSH_SECONDS:
            self._flushed_at = now
            self._served.metrics.bins.flush()

    def enqueue_req(self, conn: TConn) -> None:
        """Give a connection to a thread, remembering since when it waits for one."""
        conn.ready_at = time.perf_counter()
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Answer a request, in a thread."""
        waited.seconds = time.perf_counter() - conn.ready_at
        return super().handle(conn)

    def murder_pending(self) -> None:
        """Close the connections whose time is over."""
        super().murder_pending()
        now = time.monotonic()
        while self._lingering and self._lingering[0].timeout <= now:
            self._close(self._lingering[0])

    def finish_request(self, conn: TConn, fs: Any) -> None:
        """After an answer: keep the connection, or close our side and let the loop wait for the client's."""
        if fs.cancelled() or fs.exception() or fs.result():
            super().finish_request(conn, fs)
            return
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            conn.timeout = time.monotonic() + LINGER_SECONDS
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read_to_the_end, conn))
            self._lingering.append(conn)
        except (OSError, ValueError):  # the client was faster
            self.nr_conns -= 1
            conn.close()

    def _read_to_the_end(self, conn: TConn, sock: socket.socket) -> None:
        # Closing with bytes unread would reset the connection and could take the answer with it.
        try:
            if sock.recv(65536):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._close(conn)

    def _close(self, conn: TConn) -> None:
        self._lingering.remove(conn)
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def _accept_waiting(self) -> None:
        """Take what clients connected to already: closing the listener would reset it."""
        for listener in self.sockets:
            accepted = -1
            while accepted < self.nr_conns:
                accepted = self.nr_conns
                self.accept(listener)

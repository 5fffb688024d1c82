"""Asking a release with its own code: a process that runs in the release folder, rows in, answers out.

with Answering(folder) as release:
    release.ask([{"text": "a fine film"}])      # {"answers": [{"probabilities": [0.07, 0.93]}], "seconds": ...}
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import IO, Any, Self

PATIENCE_SECONDS = 600.0
LEAVING_SECONDS = 5.0
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
"""What a release sees of the environment: none of the PYTHON* variables, and no secrets."""


class AnsweringError(Exception):
    """A release does not answer: the message names its folder and repeats the last line it said."""


class Answering:
    """A release answering in a process of its own, with its own copy of the code, until the `with` block ends.

    `patience_seconds` is how long one reply may take. AnsweringError where the process dies, is too slow, or says
    something that is no reply.
    """

    def __init__(self, folder: Path, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.folder = folder
        self._patience_seconds = patience_seconds
        self._gave_up = False

    def __enter__(self) -> Self:
        self._stderr: IO[bytes] = tempfile.TemporaryFile("a+b")
        # `-m` puts the working directory first on the path: the folder's own `model` package is the one imported.
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-s", "-m", "model.release", "answer"],
            cwd=self.folder,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()
        self._stderr.close()

    def ask(
        self, instances: Sequence[Mapping[str, Any]], members: bool = False, one_by_one: bool = False
    ) -> dict[str, Any]:
        """The reply to these instances: `answers`, `seconds` and, of a vote that was asked for them, `members`."""
        request: dict[str, Any] = {"instances": list(instances)}
        if members:
            request["members"] = True
        if one_by_one:
            request["one_by_one"] = True
        reply = self._exchange(request, "answers")
        if len(reply["answers"]) != len(instances):
            raise self._error(f"{len(reply['answers'])} answers to {len(instances)} instances")
        return reply

    def describe(self) -> dict[str, Any]:
        """What the release says of itself: `model`, `task`, `labels`, `api`, `banded`, `schema`, `samples`."""
        return self._described

    @cached_property
    def _described(self) -> dict[str, Any]:
        described: dict[str, Any] = self._exchange({"describe": True}, "describe")["describe"]
        return described

    def _exchange(self, request: Mapping[str, Any], key: str) -> dict[str, Any]:
        line = json.dumps(request, allow_nan=False) + "\n"
        # Ended, the process neither takes nor gives: that frees whoever writes to it or reads from it.
        timer = Timer(self._patience_seconds, self._give_up)
        timer.start()
        try:
            reply = self._say_and_hear(line)
        finally:
            timer.cancel()
        if not reply:
            code = self._process.wait()
            late = f"no reply within {self._patience_seconds:g} s"
            raise self._error(late if self._gave_up else f"it ended with exit code {code}")
        return self._understand(reply, key)

    def _say_and_hear(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line)
            self._process.stdin.flush()
        return self._process.stdout.readline()

    def _give_up(self) -> None:
        self._gave_up = True
        self._process.kill()

    def _understand(self, line: str, key: str) -> dict[str, Any]:
        try:
            reply = json.loads(line)
        except ValueError:
            raise self._error(f"its reply is not JSON: {line[:80]!r}") from None
        if not isinstance(reply, dict) or key not in reply:
            said = reply.get("error") if isinstance(reply, dict) else None
            raise self._error(f"it refused the request: {said}" if said else f"its reply lacks {key}: {line[:80]!r}")
        return reply

    def _leave(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # It ended before; whoever asked has heard why.
            self._process.stdin.close()
        try:
            self._process.wait(LEAVING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _error(self, why: str) -> AnsweringError:
        self._stderr.seek(0)
        said = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        return AnsweringError(f"{self.folder}: {why}" + (f"; its last words: {said[-1]}" if said else ""))


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    # One thread: a contender and a champion that are timed beside each other must not fight for the cores.
    return {**kept, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

"""Headless Chromium, told what to do over its debugging pipe (Chrome DevTools Protocol, NUL-ended JSON)."""

from __future__ import annotations

import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.missing import require

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe")
PLACED = """
import fcntl, os, sys
reads, writes = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(reads, 3), os.dup2(writes, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser reads its descriptor 3 and writes its descriptor 4; a shell could not put a pipe of two digits there."""
REPLY_SECONDS = 60.0
TROUBLE = ("warning", "error")


@dataclass
class Browser:
    """One browser with one page. `complaints` is what its console said: errors, warnings, refusals of a policy."""

    to: int
    back: int
    session: str | None = None
    complaints: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _rest: bytes = b""
    _loaded: bool = False

    def open_page(self) -> None:
        """The page that everything else is about."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def look(self, width: int, height: int, dark: bool = False) -> None:
        """The size of the window in CSS pixels, and the colours the reader prefers."""
        phone = width < 600
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def go(self, url: str) -> None:
        """Load a page, all that it loads included."""
        self._loaded = False
        failed = self.ask("Page.navigate", url=url).get("errorText")
        assert not failed, f"{url}: {failed}"
        self._until(lambda: self._loaded)

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        done = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Until an expression in the page is true."""
        deadline = time.monotonic() + REPLY_SECONDS
        while not self.run(f"Boolean({script})"):
            assert time.monotonic() < deadline, f"never true: {script}"
            time.sleep(0.05)

    def picture(self, path: Path, whole: bool = True) -> None:
        """The page as PNG, or of it what the window shows."""
        picture = self.ask("Page.captureScreenshot", captureBeyondViewport=whole, **self._clip(whole))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol and its result."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        os.write(self.to, json.dumps(message | ({"sessionId": self.session} if self.session else {})).encode() + b"\0")
        reply = self._until(lambda: None, number)
        assert "error" not in reply, f"{method}: {reply['error']}"
        result: dict[str, Any] = reply["result"]
        return result

    def _clip(self, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}

    def _until(self, done: Any, number: int | None = None) -> dict[str, Any]:
        while True:
            for message in self._messages():
                self._note(message)
                if number is not None and message.get("id") == number:
                    return message
            if number is None and done():
                return {}

    def _messages(self) -> list[dict[str, Any]]:
        assert select.select([self.back], [], [], REPLY_SECONDS)[0], f"no word of the browser in {REPLY_SECONDS:g} s"
        content = os.read(self.back, 1 << 20)
        assert content, "the browser has ended"
        *whole, self._rest = (self._rest + content).split(b"\0")
        return [json.loads(each) for each in whole]

    def _note(self, message: dict[str, Any]) -> None:
        about = message.get("params", {})
        match message.get("method"):
            case "Page.loadEventFired":
                self._loaded = True
            case "Log.entryAdded" if about["entry"]["level"] in TROUBLE:
                self.complaints.append(f"{about['entry']['text']} {about['entry'].get('url', '')}")
            case "Runtime.consoleAPICalled" if about["type"] in TROUBLE:
                self.complaints.append(" ".join(str(each.get("value")) for each in about["args"]))
            case "Runtime.exceptionThrown":
                self.complaints.append(str(about["exceptionDetails"]))


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser with a profile of its own, ended afterwards."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    require(program is not None, f"no browser ({', '.join(NAMES)}) is installed")
    (theirs, ours), (back, from_them) = os.pipe(), os.pipe()
    placed = [sys.executable, "-S", "-c", PLACED, str(theirs), str(from_them)]
    command = [*placed, str(program), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        command, pass_fds=(theirs, from_them), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(theirs)
    os.close(from_them)
    try:
        page = Browser(ours, back)
        page.open_page()
        yield page
        page.session = None
        page.ask("Browser.close")
    finally:
        os.close(ours)
        os.close(back)
        process.terminate()
        process.wait(timeout=30)

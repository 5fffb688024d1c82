"""GET /: a page on which a person tries the model. It builds its form from /openapi.json, so it fits any release."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response

FILES = {
    "try.html": "text/html; charset=utf-8",
    "try.css": "text/css; charset=utf-8",
    "try.js": "text/javascript; charset=utf-8",
    "form.js": "text/javascript; charset=utf-8",
    "answer.js": "text/javascript; charset=utf-8",
    "writing.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def register_page(app: Flask) -> None:
    """Serve the page at / and its files at /page/NAME."""
    contents = {name: Path(__file__).with_name(name).read_bytes() for name in FILES}

    def respond(name: str) -> Response:
        return Response(contents[name], content_type=FILES[name], headers={"Cache-Control": "no-cache"})

    app.add_url_rule("/", "page", lambda: respond("try.html"))
    for name in FILES:
        app.add_url_rule(f"/page/{name}", name, lambda name=name: respond(name))

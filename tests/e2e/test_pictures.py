"""The report under a build server's policy and the try-it page, in a real browser: nothing on the console, no overflow.

The pictures are left in build/pictures; look at them.
"""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.browser import Browser, browser
from tests.e2e.checkout import ROOT, Checkout

pytestmark = [pytest.mark.slow, pytest.mark.examples]
PICTURES = ROOT / "build" / "pictures"
POLICY = "default-src 'none'; img-src 'self'; style-src 'self'"
"""The header that Jenkins sends with files of a build."""
WINDOWS = {"desktop": (1280, 800), "phone": (390, 844)}
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
CLICK = "document.getElementById('ask').click()"
EXAMPLE = "document.getElementById('example').click()"
ANSWERED = "!document.getElementById('result').hidden && !document.getElementById('ask').disabled"


class UnderPolicy(http.server.SimpleHTTPRequestHandler):
    """Files with the policy's header; nothing is logged."""

    def do_GET(self) -> None:
        if self.path == "/favicon.ico":  # a browser asks by itself
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module")
def report(checkout: Checkout) -> Iterator[str]:
    """Where the report of the clone can be read."""
    handler = functools.partial(UnderPolicy, directory=checkout.folder / "build" / "report")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("name", ["index", "sentiment", "house_price"])
def test_the_report_shows_under_the_policy(page: Browser, report: str, name: str, window: str) -> None:
    page.complaints.clear()
    for dark in (False, True):
        page.look(*WINDOWS[window], dark=dark)
        page.go(f"{report}/{name}.html")
        assert page.run("document.styleSheets.length") == 1
        assert page.run("[...document.images].every((image) => image.complete && image.naturalWidth > 0)")
        assert page.run(FITS)
        page.picture(PICTURES / f"report-{name}-{window}{'-dark' if dark else ''}.png")
    assert page.complaints == []


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("model", ["sentiment", "house_price"])
def test_the_try_it_page_answers_explains_and_takes_feedback(
    page: Browser, checkout: Checkout, model: str, window: str
) -> None:
    page.complaints.clear()
    for dark in (False, True):
        page.look(*WINDOWS[window], dark=dark)
        page.go(f"{checkout.url(model)}/")
        page.wait_for("document.querySelector('.field')")
        page.run(EXAMPLE)
        page.run(CLICK)
        page.wait_for(ANSWERED)
        assert page.run("document.querySelectorAll('#explanation .bars .name').length") > 0
        assert page.run(FITS)
        page.picture(PICTURES / f"page-{model}-{window}{'-dark' if dark else ''}.png")
    assert page.complaints == []


def test_the_try_it_page_shows_what_is_wrong_beside_the_field(page: Browser, checkout: Checkout) -> None:
    page.look(*WINDOWS["desktop"])
    page.go(f"{checkout.url('house_price')}/")
    page.wait_for("document.querySelector('.field')")
    page.run(EXAMPLE)
    page.run("document.getElementById('field-living_area').value = -3")
    page.run(CLICK)
    page.wait_for("document.querySelector('.wrong')")
    assert page.run("document.querySelectorAll('[aria-invalid]').length") == 1
    assert page.run("document.activeElement.id") == "field-living_area"
    page.picture(PICTURES / "page-house_price-wrong.png")


def test_a_page_that_breaks_the_policy_is_seen(page: Browser, report: str, checkout: Checkout) -> None:
    bad = Path(checkout.folder, "build", "report", "bad.html")
    bad.write_text(
        "<p style='color: red'>styled</p><script>1</script><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
    )
    page.complaints.clear()
    page.go(f"{report}/bad.html")
    bad.unlink()
    assert len(page.complaints) == 3, page.complaints
    assert all("Content Security Policy" in complaint for complaint in page.complaints)

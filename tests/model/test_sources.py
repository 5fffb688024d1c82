"""Fetching rows from a command, a query or a URL, and what a failing source leaves behind."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.sources import Fetched, Source, SourceError, SourceSettings, fetch, latest, read_source

ROWS = b"a,b\n1,2\n3,4\n"


def printing(content: bytes) -> Source:
    code = f"import sys; sys.stdout.buffer.write({content!r})"
    return Source("toy", command=(sys.executable, "-c", code))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "rows.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table sales (town text, price real, sold integer)")
        connection.executemany("insert into sales values (?, ?, ?)", [("b", 2.5, 1), ("a", None, 0)])
    connection.close()
    return path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "rows.csv").write_bytes(ROWS)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(tmp_path / "web"))  # type: ignore[arg-type]

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_what_is_fetched_is_kept_by_its_hash(tmp_path: Path) -> None:
    fetched = fetch(printing(ROWS), tmp_path / "cache")
    assert fetched == Fetched(tmp_path / "cache" / f"{hashlib.sha256(ROWS).hexdigest()}.csv", fetched.sha256, new=True)
    assert fetched.path.read_bytes() == ROWS


def test_nothing_new_is_said_and_is_no_error(tmp_path: Path) -> None:
    assert fetch(printing(ROWS), tmp_path).new
    assert not fetch(printing(ROWS), tmp_path).new
    assert fetch(printing(ROWS + b"5,6\n"), tmp_path).new
    assert fetch(printing(ROWS), tmp_path).new


def test_the_latest_is_found_without_asking_the_source(tmp_path: Path) -> None:
    assert latest(tmp_path) is None
    fetched = fetch(printing(ROWS), tmp_path)
    assert latest(tmp_path) == Fetched(fetched.path, fetched.sha256, new=False)


def test_packed_rows_are_unpacked(tmp_path: Path) -> None:
    assert fetch(printing(gzip.compress(ROWS)), tmp_path).sha256 == hashlib.sha256(ROWS).hexdigest()


def test_a_query_gives_the_same_file_in_whatever_order_the_rows_come(tmp_path: Path, database: Path) -> None:
    rows = [
        fetch(Source("toy", query=f"select * from sales order by {by}", database=str(database)), tmp_path)
        for by in (1, 2)
    ]
    assert rows[0].path.read_text() == "town,price,sold\na,,0\nb,2.5,1\n"
    assert rows[0].sha256 == rows[1].sha256


def test_rows_come_over_http_and_from_a_file(tmp_path: Path, served: str) -> None:
    over_http = fetch(Source("toy", url=f"{served}/rows.csv"), tmp_path / "cache")
    from_file = fetch(Source("toy", url=(tmp_path / "web" / "rows.csv").as_uri()), tmp_path / "cache")
    assert over_http.sha256 == from_file.sha256
    assert not from_file.new


def test_a_missing_page_is_told(tmp_path: Path, served: str) -> None:
    with pytest.raises(SourceError, match="status 404, wanted 200"):
        fetch(Source("toy", url=f"{served}/other.csv"), tmp_path / "cache")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (Source("toy", command=(sys.executable, "-c", "import sys; sys.exit('no disk')")), "exit code 1, no disk"),
        (Source("toy", command=("/no/such/program",)), "No such file"),
        (Source("toy", command=("sleep", "60"), timeout_seconds=0.1), "no end after 0.1 s"),
        (Source("toy", query="select 1", database="no.db"), "unable to open database file"),
        (
            Source("toy", query="select 1", database="x", driver="no_such_driver"),
            "driver no_such_driver is not installed",
        ),
        (Source("toy", url="file:///no/such/file.csv"), "No such file"),
        (Source("toy", url="http://127.0.0.1:9/rows.csv", timeout_seconds=2), "failed"),
        (printing(b""), "gave no rows"),
        (printing(b"a,b\n"), "gave no rows"),
        (printing(b"\x1f\x8bnot gzip"), "cannot be unpacked"),
    ],
)
def test_a_failing_source_is_broken_and_keeps_what_was_there(tmp_path: Path, source: Source, why: str) -> None:
    before = fetch(printing(ROWS), tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(SourceError, match=why) as caught:
        fetch(source, tmp_path)
    assert caught.value.exit_code == 3
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files
    assert latest(tmp_path) == Fetched(before.path, before.sha256, new=False)


def test_a_mistyped_database_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        fetch(Source("toy", query="select 1", database="no.db", root=tmp_path), tmp_path / "cache")
    assert not (tmp_path / "no.db").exists()


def test_secrets_come_from_the_environment_and_stay_out_of_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import sys; sys.exit('cannot log in with ' + sys.argv[1])"
    source = Source("toy", command=(sys.executable, "-c", code, "${TOY_PASSWORD}"))
    with pytest.raises(SourceError, match="needs TOY_PASSWORD in the environment"):
        fetch(source, tmp_path)
    monkeypatch.setenv("TOY_PASSWORD", "s3cret")
    with pytest.raises(SourceError, match=r"cannot log in with \$\{TOY_PASSWORD\}") as caught:
        fetch(source, tmp_path)
    assert "s3cret" not in str(caught.value)


def test_settings_become_a_source(tmp_path: Path) -> None:
    assert read_source("toy", {"file": "rows.csv"}, tmp_path) == tmp_path / "rows.csv"
    asked = read_source("toy", {"query": "select 1", "database": "a.db", "timeout_seconds": 5}, tmp_path)
    assert asked == Source("toy", query="select 1", database="a.db", timeout_seconds=5, root=tmp_path)
    assert read_source("toy", {"command": ["cat", "x"]}, tmp_path) == Source("toy", command=("cat", "x"), root=tmp_path)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({}, "saw none of them, wanted exactly one of file, command, query and url"),
        ({"file": "a", "url": "b"}, "saw file and url, wanted exactly one"),
        ({"query": "select 1"}, "a query needs the database"),
        ({"url": "b", "database": "c"}, "database: unknown here"),
        ({"url": 5}, "saw 5, wanted text"),
        ({"command": "ls -l"}, "wanted a list of words"),
        ({"url": "b", "timeout_seconds": 0}, "wanted seconds above 0"),
    ],
)
def test_settings_that_make_no_sense_are_a_wrong_call(tmp_path: Path, table: dict[str, object], why: str) -> None:
    with pytest.raises(SourceSettings, match=why) as caught:
        read_source("toy", table, tmp_path)
    assert caught.value.exit_code == 2


def test_another_kind_of_url_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SourceSettings, match="wanted file://, http:// or https://"):
        fetch(Source("toy", url="ftp://example.org/rows.csv"), tmp_path)

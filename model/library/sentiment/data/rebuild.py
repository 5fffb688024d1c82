"""Rebuild sentiment.csv.gz (its content byte for byte) from the source distribution of vaderSentiment 3.3.2.

pip download --no-deps --no-binary :all: vaderSentiment==3.3.2
python -m model.library.sentiment.data.rebuild vaderSentiment-3.3.2.tar.gz OUT_FOLDER
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import html
import io
import re
import sys
import tarfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from sklearn.feature_extraction.text import CountVectorizer

from model.data import normal_form, split_of
from model.library.sentiment.checks import row_id

SDIST_SHA256 = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
SOURCES = {"movie": "movieReviewSnippets", "amazon": "amazonReviewSnippets"}
COLUMNS = ["id", "source", "group_id", "split", "label", "rating", "rating_sd", "n_raters", "text"]
MIN_ABS_RATING = 0.5
"""A mean rating nearer to 0 is neutral or ambiguous: the row is dropped."""
HOLDOUT_SHARE = 0.20
SPLIT_SALT = "sentiment-split-v1"
NEAR_DUPLICATE_JACCARD = 0.80
CHUNK_ROWS = 1_000
Row = dict[str, Any]


def rebuild(sdist: Path) -> bytes:
    """The uncompressed CSV."""
    rows = [row for row in read_rows(sdist) if re.search(r"[^\W\d_]{2,}", row["text"])]
    rows = [row for row in rows if abs(row["rating"]) >= MIN_ABS_RATING]
    for row in rows:
        row["label"] = int(row["rating"] > 0)
        row["split"] = split_of(row["group_id"], SPLIT_SALT, HOLDOUT_SHARE)
    rows = without_duplicates(rows)
    repeated = near_duplicates([row["text"] for row in rows])
    rows = [row for index, row in enumerate(rows) if index not in repeated]
    # Hash order mixes sources and classes, which stand apart upstream.
    rows.sort(key=lambda row: str(row["id"]).rsplit("-", 1)[1])
    return as_csv(rows)


def read_rows(sdist: Path) -> Iterator[Row]:
    """Every rated sentence of both sources, cleaned."""
    with tarfile.open(sdist) as outer:
        member = next(each for each in outer.getmembers() if each.name.endswith("hutto_ICWSM_2014.tar.gz"))
        inner = io.BytesIO(_content(outer.extractfile(member)))
    with tarfile.open(fileobj=inner) as ratings:
        for source, stem in SOURCES.items():
            raters = {row[0]: row for row in _lines(ratings, f"{stem}_anonDataRatings.txt")}
            for number, mean, text in _lines(ratings, f"{stem}_GroundTruth.txt"):
                yield _row(source, number, float(mean), clean(text), raters[number])


def _row(source: str, number: str, mean: float, text: str, raters: list[str]) -> Row:
    row: Row = {"source": source, "text": text, "rating": mean}
    row["id"] = row_id(row)
    # Product sentences of one review stay together; a film snippet is a group by itself.
    review = hashlib.sha256(f"review:{number.split('_')[0]}".encode()).hexdigest()[:8]
    row["group_id"] = f"{source}-r{review}" if "_" in number else row["id"]
    return {**row, "rating_sd": float(raters[2]), "n_raters": raters[3].count(",") + 1}


def clean(text: str) -> str:
    """Entities unescaped (twice: `&amp;amp;` occurs upstream), NFC, white space collapsed."""
    text = unicodedata.normalize("NFC", html.unescape(html.unescape(text)))
    return re.sub(r"\s+", " ", re.sub(r"<br\s*/?>", " ", text)).strip()


def without_duplicates(rows: list[Row]) -> list[Row]:
    """The first of the rows with one normal form; none where their labels differ."""
    same: dict[str, list[Row]] = {}
    for row in rows:
        same.setdefault(normal_form(row["text"]), []).append(row)
    return [group[0] for group in same.values() if len({row["label"] for row in group}) == 1]


def near_duplicates(texts: list[str]) -> set[int]:
    """Positions of texts that repeat an earlier one: Jaccard similarity of their character 5-grams."""
    grams = CountVectorizer(analyzer="char_wb", ngram_range=(5, 5), binary=True, lowercase=False)
    matrix = grams.fit_transform([normal_form(text) for text in texts]).astype("int32").tocsr()
    sizes = matrix.sum(axis=1).A1
    repeated: set[int] = set()
    for start in range(0, len(texts), CHUNK_ROWS):
        shared = (matrix[start : start + CHUNK_ROWS] @ matrix.T).tocoo()
        first, second = shared.row + start, shared.col
        similar = shared.data / (sizes[first] + sizes[second] - shared.data) >= NEAR_DUPLICATE_JACCARD
        repeated |= {int(each) for each in second[similar & (first < second)]}
    return repeated


def as_csv(rows: list[Row]) -> bytes:
    """RFC 4180, UTF-8, LF."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "rating": f"{row['rating']:.4f}", "rating_sd": f"{row['rating_sd']:.4f}"} for row in rows)
    return text.getvalue().encode()


def _lines(archive: tarfile.TarFile, name: str) -> list[list[str]]:
    text = _content(archive.extractfile(f"hutto_ICWSM_2014/{name}")).decode("utf-8-sig")
    return [line.split("\t") for line in text.replace("\r\n", "\n").strip("\n").split("\n")]


def _content(file: IO[bytes] | None) -> bytes:
    if file is None:
        sys.exit("the archive does not hold what it should")
    return file.read()


def main(sdist: Path, folder: Path) -> None:
    """Check the source, rebuild, write and print the hash."""
    found = hashlib.sha256(sdist.read_bytes()).hexdigest()
    if found != SDIST_SHA256:
        sys.exit(f"{sdist}: sha256 {found}, wanted {SDIST_SHA256}")
    content = rebuild(sdist)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sentiment.csv.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    print(hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""A text as a scorer reads it: its words and n-grams, counted once, however many members of a vote ask for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

from model.release.columns import Value
from model.release.errors import ReleaseError
from model.release.text import normalize_text

Row = dict[str, Value]


class Unanswerable(ReleaseError):
    """A row holds a value that the model was fitted to refuse; the message names the field."""


def _strip_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _strip_to_ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


PREPARATIONS: dict[str, Callable[[str], str]] = {
    "normalize": normalize_text,
    "lower": str.lower,
    "unicode": _strip_accents,
    "ascii": _strip_to_ascii,
}
"""What may be done to a text before it is cut into words; a reader names some of them, in order."""


class Reading:
    """The n-grams of one text: how often each stands there, and which of them the vocabulary knows."""

    __slots__ = ("counts", "ids", "known_counts", "once", "positions")

    def __init__(self, grams: list[str], vocabulary: dict[str, int]) -> None:
        counts: dict[str, int] = dict.fromkeys(grams, 1)
        self.once = len(counts) == len(grams)
        """No n-gram stands there twice, as in most sentences: counts need not be looked at."""
        if not self.once:
            counts = dict.fromkeys(counts, 0)
            for gram in grams:
                counts[gram] += 1
        self.counts = counts
        self.positions = [*map(vocabulary.get, counts)]
        """The id of each n-gram in the order of `counts`; None where it was never seen."""
        self.ids: list[int] = [position for position in self.positions if position is not None]
        self.known_counts: list[int] | None = None

    def counts_of_known(self) -> list[int]:
        """How often each n-gram of `ids` stands in the text."""
        if self.known_counts is None:
            self.known_counts = [*compress(self.counts.values(), (p is not None for p in self.positions))]
        return self.known_counts

    def known(self) -> list[str]:
        """The n-grams of `ids`."""
        return [*compress(self.counts, (p is not None for p in self.positions))]

    def unknown(self) -> list[tuple[str, int]]:
        """The n-grams that the vocabulary lacks, with their counts."""
        return [(gram, n) for (gram, n), p in zip(self.counts.items(), self.positions, strict=True) if p is None]


class Reader:
    """How one text field is cut into n-grams: the fitted analyser of a scikit-learn vectorizer, as data."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.field: str = document["field"]
        vocabulary = document["vocabulary"]
        self.vocabulary: dict[str, int] = (
            vocabulary if isinstance(vocabulary, dict) else {gram: place for place, gram in enumerate(vocabulary)}
        )
        self.fill: str | None = document["fill"]
        self._prepare = tuple(PREPARATIONS[name] for name in document["prepare"])
        self._words = re.compile(document["token_pattern"]).findall
        self._stop_words = frozenset(document["stop_words"])
        self._shortest, self._longest = document["ngram_range"]

    def read(self, row: Row) -> Reading:
        """Cut the row's text; Unanswerable where there is none and the model knows no substitute."""
        text = row[self.field]
        if text is None:
            text = self.fill
        if not isinstance(text, str):
            raise Unanswerable(f"{self.field}: there is no text, and the model was trained with texts only")
        return Reading(self.cut(text), self.vocabulary)

    def cut(self, text: str) -> list[str]:
        """The words and n-grams of a text, in scikit-learn's order: words first, then pairs, ..."""
        words = self.words(text)
        if self._longest == 1:
            return words
        grams = words if self._shortest == 1 else []
        for n in range(max(2, self._shortest), min(self._longest, len(words)) + 1):
            grams = [*grams, *map(" ".join, _windows(words, n))]
        return grams

    def words(self, text: str) -> list[str]:
        """The words of a text, without its stop words."""
        for prepare in self._prepare:
            text = prepare(text)
        words: list[str] = self._words(text)
        return [word for word in words if word not in self._stop_words] if self._stop_words else words

    def knows(self, word: str) -> bool:
        """Whether the word, as it stands or as `words` would give it back, was seen in training."""
        return word in self.vocabulary or any(part in self.vocabulary for part in self.words(word))


def _windows(words: Sequence[str], n: int) -> zip[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(n)), strict=False)


class Case:
    """One row under way through a scorer, with the readings its parts share."""

    __slots__ = ("_readings", "row")

    def __init__(self, row: Row) -> None:
        self.row = row
        self._readings: dict[Reader, Reading] = {}

    def reading(self, reader: Reader) -> Reading:
        """The row's text as this reader cuts it, cut once."""
        found = self._readings.get(reader)
        if found is None:
            found = self._readings[reader] = reader.read(self.row)
        return found

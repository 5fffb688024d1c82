"""Parts of the holdout that a good mean could hide. Each is a mask over rows."""

from __future__ import annotations

import pandas as pd

NEGATION = r"\b(?:not|no|never|nothing|nor|neither|without|hardly|cannot)\b|\b\w+n['’]t\b"
CONTRAST = r"\b(?:but|however|although|though|despite|yet)\b"


def _text_has(pattern: str, rows: pd.DataFrame) -> pd.Series[bool]:
    return rows["text"].str.contains(pattern, case=False, regex=True)


def movie(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """Snippets of film reviews."""
    return rows["source"] == "movie"


def amazon(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """Sentences of product reviews."""
    return rows["source"] == "amazon"


def words_le_8(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """At most eight words between white space."""
    return rows["text"].str.split().str.len() <= 8


def negation(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """Sentences that negate."""
    return _text_has(NEGATION, rows)


def contrast(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """Sentences that turn: but, however, although, though, despite, yet."""
    return _text_has(CONTRAST, rows)


def strong_rating_ge_2(rows: pd.DataFrame, train: pd.DataFrame) -> pd.Series[bool]:
    """Sentences whose human raters were sure: a mean rating of at least 2 either way."""
    return rows["rating"].abs() >= 2


SLICES = {f.__name__: f for f in (movie, amazon, words_le_8, negation, contrast, strong_rating_ge_2)}

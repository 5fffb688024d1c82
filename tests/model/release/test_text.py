"""The text normaliser against its definition, and the figures of a text."""

from __future__ import annotations

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.release.text import (
    LONGEST_WORD_CHARS,
    char_count,
    normalize_text,
    statistics_of,
    unseen_share,
    upper_share,
    word_count,
    words_of,
)

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\x00"


def defined(text: str) -> str:
    """The definition, step by step and without the short cuts."""
    text = unicodedata.normalize("NFKD", html.unescape(text)).translate(dict.fromkeys(map(ord, INVISIBLE)))
    text = "".join(character for character in text if not unicodedata.combining(character))
    text = text.replace("\u2019", "'").replace("\u2018", "'")
    return re.sub(r"https?://\S+|www\.\S+|@\w+", " ", text).lower()


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        ("A Good Film", "a good film"),
        ("ｇｒｅａｔ", "great"),
        ("gre\u200bat", "great"),
        ("gr\x00eat", "great"),
        ("café", "cafe"),
        ("don\u2019t", "don't"),
        ("fish &amp; chips", "fish & chips"),
        ("&lt;b&gt; &eacute;t&eacute;", "<b> ete"),
        ("see https://example.org/a?b now", "see   now"),
        ("see www.example.org now", "see   now"),
        ("HTTPS://EXAMPLE.ORG", "https://example.org"),
        ("thanks @someone!", "thanks  !"),
        ("Straße", "straße"),
        ("ﬁne", "fine"),
        ("😀 ok", "😀 ok"),
    ],
)
def test_normalised_texts(text: str, normal: str) -> None:
    assert normalize_text(text) == normal == defined(text)


PIECES = st.sampled_from(
    ["https://", "http://x", "www.", "@a", "&amp;", "&#0;", "&#8217;", "é", "Ａ", "\u0301", " ", "\x00", *INVISIBLE]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join))
def test_normalising_equals_its_definition(text: str) -> None:
    assert normalize_text(text) == defined(text)


@pytest.mark.parametrize(
    ("text", "share"),
    [("", 0.0), ("123 !", 0.0), ("abcD", 0.25), ("ABC", 1.0), ("ÄÖüe", 0.5), ("Ⓐ", 0.0), ("a\u2160", 0.0)],
)
def test_share_of_upper_case_letters(text: str, share: float) -> None:
    assert upper_share(text) == pytest.approx(share)


@given(st.text())
def test_upper_share_is_a_share(text: str) -> None:
    assert 0.0 <= upper_share(text) <= 1.0


def test_words_and_characters_are_counted() -> None:
    assert word_count("  a fine\tfilm ") == 3.0
    assert char_count("film 😀") == 6.0
    assert words_of("A fine, FINE film") == ["fine", "fine", "film"]


def test_unseen_words() -> None:
    known = {"fine", "film"}.__contains__
    assert unseen_share("A fine fjord film", known) == pytest.approx(1 / 3)
    assert unseen_share("", known) == 0.0
    assert unseen_share("fine film", known) == 0.0


def test_an_endless_word_is_never_looked_up() -> None:
    assert unseen_share("x" * LONGEST_WORD_CHARS, lambda word: True) == 0.0
    assert unseen_share("x" * (LONGEST_WORD_CHARS + 1), lambda word: True) == 1.0


def test_unseen_is_a_statistic_only_where_there_is_a_vocabulary() -> None:
    assert list(statistics_of(None)) == ["words", "chars", "upper"]
    assert list(statistics_of({"film"}.__contains__)) == ["words", "chars", "unseen", "upper"]

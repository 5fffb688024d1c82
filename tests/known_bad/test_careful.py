"""Careful hands leave rows in which ids, groups, splits, labels and ratings still agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.data import split_of
from model.library.sentiment.checks import row_id
from prove.careful import negated, new_sentences, reworded, sale_again, say, sentence, turn_in_pairs
from prove.commits import read_rows, write_rows
from prove.trying import ROOT

pytestmark = pytest.mark.examples
SENTENCES = ROOT / "model" / "library" / "sentiment" / "data" / "sentiment.csv.gz"
HOUSES = ROOT / "model" / "library" / "house_price" / "data" / "house_prices.csv"


def test_a_new_sentence_has_the_id_of_its_text_and_a_group_of_the_training_side() -> None:
    row = sentence("A fine film about women.", 1)
    assert row["id"] == row_id(row)
    assert split_of(row["group_id"], "sentiment-split-v1", 0.2) == row["split"] == "train"
    assert float(row["rating"]) > 0


def test_turned_pairs_keep_signs_and_shares() -> None:
    rows = read_rows(SENTENCES)[:200]
    positives = sum(row["label"] == "1" for row in rows)
    before = [row["label"] for row in rows]
    turn_in_pairs(rows)
    assert sum(row["label"] == "1" for row in rows) == positives
    assert [row["label"] for row in rows] != before
    assert all((float(row["rating"]) > 0) == (row["label"] == "1") for row in rows)


def test_another_text_brings_its_id() -> None:
    row = dict(read_rows(SENTENCES)[0])
    say(row, "Something else.")
    assert row["id"] == row_id(row)


def test_one_word_is_exchanged() -> None:
    assert reworded("It is a fine film") == "It is this fine film"


def test_negated_sentences_are_found() -> None:
    assert [row["text"] for row in negated([{"text": "I DON'T know"}, {"text": "knotted"}])] == ["I DON'T know"]


def test_nothing_is_said_twice() -> None:
    known = [sentence("A fine film.", 1)]
    assert len(new_sentences(known, [sentence("a fine  film!", 1), sentence("A bad film.", 0)])) == 2


def test_a_sale_entered_again_is_a_training_row_of_its_own() -> None:
    row = read_rows(HOUSES)[1]
    again = sale_again(row, 1, lot_area="9000")
    assert (again["split"], again["lot_area"]) == ("train", "9000")
    assert again["id"] != row["id"]
    assert split_of(again["group_id"], "houses-split-v1", 0.2) == "train"


def test_rows_written_back_are_the_same_file(tmp_path: Path) -> None:
    write_rows(read_rows(HOUSES), tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").read_bytes() == HOUSES.read_bytes()

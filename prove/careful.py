"""Careful hands: edits of rows after which ids, groups, splits, labels and ratings still agree with each other."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Sequence

from model.data import normal_form, split_of
from model.library.house_price.spec import DATASET as HOUSES
from model.library.sentiment.checks import row_id
from model.library.sentiment.slices import NEGATION
from model.library.sentiment.spec import DATASET as SENTENCES
from prove.commits import Row

SEED = 20260101


def lot() -> random.Random:
    """The same draw in every run."""
    return random.Random(SEED)  # noqa: S311  drawn for repeatable proofs, not for secrets


def training(rows: Iterable[Row], **values: str) -> list[Row]:
    """Training rows with these values."""
    return [row for row in rows if row["split"] == "train" and values.items() <= row.items()]


def holdout(rows: Iterable[Row], **values: str) -> list[Row]:
    """Holdout rows with these values."""
    return [row for row in rows if row["split"] == "holdout" and values.items() <= row.items()]


def without(rows: Sequence[Row], gone: Iterable[Row]) -> list[Row]:
    """All rows but those, the very objects."""
    away = {id(row) for row in gone}
    return [row for row in rows if id(row) not in away]


def drawn(rows: Sequence[Row], share: float) -> list[Row]:
    """A share of the rows by lot."""
    return lot().sample(list(rows), round(share * len(rows)))


# Sentences -----------------------------------------------------------------------------------------------------------


def turn(row: Row) -> None:
    """The other label, with the rating turned along, so that the label is still its sign."""
    row["label"] = "0" if row["label"] == "1" else "1"
    row["rating"] = f"{-float(row['rating']):.4f}"


def turn_in_pairs(rows: Sequence[Row]) -> None:
    """As many positive as negative rows turned, so that every share stays what it was."""
    up, down = ([row for row in rows if row["label"] == label] for label in "10")
    for first, second in zip(up, down, strict=False):
        turn(first)
        turn(second)


def negated(rows: Iterable[Row]) -> list[Row]:
    """Sentences that negate."""
    return [row for row in rows if re.search(NEGATION, row["text"], re.IGNORECASE)]


def say(row: Row, text: str) -> None:
    """Another text, with the id that belongs to it; group and split stay."""
    row["text"] = text
    row["id"] = row_id(row)


def sentence(text: str, label: int, source: str = "movie", like: Row | None = None) -> Row:
    """A new training sentence, with an id, a group of its own on the training side, and a rating of the right sign."""
    rating = "1.4000" if label else "-1.4000"
    row = {"source": source, "text": text, "label": str(label), "rating": rating, "rating_sd": "0.9", "n_raters": "18"}
    row |= {key: like[key] for key in ("rating", "rating_sd", "n_raters")} if like else {}
    row["id"] = row_id(row)
    row["group_id"] = side_group(f"{source}-", SENTENCES.split_salt, row["id"])
    return {**row, "split": "train"}


def side_group(prefix: str, salt: str, of: str, side: str = "train") -> str:
    """A group name whose hash falls on the wanted side."""
    for attempt in range(1_000):
        group = prefix + hashlib.sha256(f"{of} {attempt}".encode()).hexdigest()[:10]
        if split_of(group, salt, 0.20) == side:
            return group
    raise ValueError(f"{of}: no group of that side")


def new_sentences(known: Sequence[Row], added: Iterable[Row]) -> list[Row]:
    """The rows with others added, none of which says what another one says."""
    said = {normal_form(row["text"]) for row in known}
    fresh = []
    for row in added:
        if normal_form(row["text"]) not in said:
            said.add(normal_form(row["text"]))
            fresh.append({name: row[name] for name in known[0]})
    return [*known, *fresh]


def reworded(text: str) -> str:
    """The sentence with one word exchanged: to a check of equal texts it is another sentence."""
    words = text.split()
    at = min(range(len(words)), key=lambda index: (len(words[index]), index))
    return " ".join([*words[:at], "this" if words[at] != "this" else "that", *words[at + 1 :]])


# Houses --------------------------------------------------------------------------------------------------------------


def on_market(rows: Iterable[Row]) -> list[Row]:
    """Sales of the model's population."""
    return [row for row in rows if row["sale_condition"] in ("Normal", "Partial") and int(row["living_area"]) <= 4_000]


def price(row: Row, factor: float) -> None:
    """The price times a factor."""
    row["sale_price"] = str(round(int(row["sale_price"]) * factor))


def sale_again(row: Row, number: int, **changes: str) -> Row:
    """The sale entered once more on the training side: under a new id and group, with these changes."""
    group = side_group("h-", HOUSES.split_salt, f"{row['id']} {number}")
    return {**row, "id": f"ames-{row['id'][5:]}-{number}", "group_id": group, "split": "train", **changes}


def shuffle(rows: Sequence[Row], column: str) -> None:
    """One column's values dealt out anew among the rows."""
    values = [row[column] for row in rows]
    lot().shuffle(values)
    for row, value in zip(rows, values, strict=True):
        row[column] = value


def multiplied(rows: Iterable[Row], factor: float) -> None:
    """Every price times a factor."""
    for row in rows:
        price(row, factor)

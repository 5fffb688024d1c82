"""A contender takes what the champion takes: told field by field, and by requests."""

from __future__ import annotations

import copy
from dataclasses import asdict
from pathlib import Path

import pytest

from model.asking import Answering
from model.comparison import question_of, ratio_of_a_round
from model.compatibility import breaks, narrowed
from model.release.fields import Field, Refused, days_of, reader_of
from model.release.sealing import seal
from tests.serving.releases import PROVENANCE, TABLE, TEXT, write_release

VALUES = (None, 0, 1, 7.5, -3, 99, "RL", "RM", "x", "x" * 60, "x" * 10001, "2020-01-01", "1990-01-01")
DAYS = days_of("2000-01-01")
FIELDS = (
    Field("f", "number"),
    Field("f", "number", nullable=True, minimum=0, maximum=10),
    Field("f", "number", integer=True),
    Field("f", "number", minimum=1, maximum=7.5),
    Field("f", "category", choices=("RL", "RM")),
    Field("f", "category", choices=("RL",), nullable=True),
    Field("f", "category", choices=("RL",), unknown="accept"),
    Field("f", "category", unknown="accept", max_chars=1),
    Field("f", "text", max_chars=10000),
    Field("f", "text", max_chars=50, nullable=True),
)
DATES = (Field("f", "date"), Field("f", "date", minimum=DAYS), Field("f", "date", maximum=DAYS, nullable=True))


def taken(field: Field) -> set[object]:
    found = set()
    for value in VALUES:
        try:
            reader_of(field)(value)
        except Refused:
            continue
        found.add(value)
    return found


@pytest.mark.parametrize("fields", [FIELDS, DATES])
def test_a_field_is_narrowed_exactly_where_its_reader_refuses_more(fields: tuple[Field, ...]) -> None:
    for ours in fields:
        for theirs in fields:
            refused_now = taken(theirs) - taken(ours)
            assert bool(narrowed(asdict(ours), asdict(theirs))) == bool(refused_now), (ours, theirs, refused_now)


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        (Field("f", "text", max_chars=50), Field("f", "text", max_chars=10000), "max_chars 10000 -> 50"),
        (DATES[1], DATES[0], "minimum none -> 2000-01-01"),
        (Field("f", "number", integer=True), Field("f", "number"), "wants whole numbers only"),
        (Field("f", "number", maximum=9), Field("f", "number"), "maximum none -> 9"),
        (FIELDS[4], FIELDS[6], "takes only RL, RM, the champion any category"),
        (Field("f", "category", choices=("RL",)), FIELDS[4], "does not take RM any more"),
        (Field("f", "date"), Field("f", "number"), "wants a date, the champion a number"),
    ],
)
def test_what_was_narrowed_is_said(ours: Field, theirs: Field, said: str) -> None:
    assert narrowed(asdict(ours), asdict(theirs)) == [said]


def changed(folder: Path, parts: dict, **values: object) -> Path:
    """A release whose first field has other values."""
    parts = copy.deepcopy(parts)
    parts["schema.json"]["fields"][0] |= values
    return write_release(folder, parts)


def test_a_release_that_takes_shorter_texts_breaks_the_champions_callers(tmp_path: Path) -> None:
    champion, shorter = changed(tmp_path / "a", TEXT), changed(tmp_path / "b", TEXT, max_chars=50)
    with Answering(champion) as theirs, Answering(shorter) as ours:
        broken, tried = breaks(ours, theirs)
        assert broken == [{"instance": {}, "detail": "field text: max_chars 5000 -> 50"}]
        assert tried == 2
        assert breaks(theirs, ours)[0] == []


def test_other_labels_a_lost_and_a_new_field_break_them_too(tmp_path: Path) -> None:
    champion, other = changed(tmp_path / "a", TABLE), changed(tmp_path / "b", TEXT)
    with Answering(champion) as theirs, Answering(other) as ours:
        said = [each["detail"] for each in breaks(ours, theirs)[0]]
        assert question_of(ours.describe(), theirs.describe()) == "same", "its api is not new: that is no excuse"
        assert question_of({**ours.describe(), "api": 3}, theirs.describe()) == "new"
        assert question_of({**theirs.describe(), "api": 3}, theirs.describe()) == "same"
    assert said[0] == "answers ['negative', 'positive'], the champion regression"
    assert "field area: is not there any more" in said
    assert "field text: is new and may not be left out" in said


def with_band(folder: Path, banded: bool) -> Path:
    """The table's release with its conformal band, or without."""
    parts = copy.deepcopy(TABLE)
    parts["scorer.json"]["band"] = TABLE["scorer.json"]["band"] if banded else None
    return write_release(folder, parts)


def test_an_answer_that_loses_its_band_breaks_those_that_read_low_and_high(tmp_path: Path) -> None:
    banded, plain = with_band(tmp_path / "a", banded=True), with_band(tmp_path / "b", banded=False)
    with Answering(banded) as theirs, Answering(plain) as ours:
        assert breaks(ours, theirs)[0] == [{"instance": {}, "detail": "answers no low and high any more"}]
        assert breaks(theirs, ours)[0] == [], "a band that is new breaks nobody"
        assert breaks(theirs, theirs)[0] == []


def test_a_champion_sealed_before_it_told_of_its_band_is_read_and_finds_nothing(tmp_path: Path) -> None:
    old, plain = with_band(tmp_path / "a", banded=True), with_band(tmp_path / "b", banded=False)
    code = old / "model" / "release" / "answering.py"
    told = code.read_text()
    assert '"banded": release.band is not None, ' in told
    code.write_text(told.replace('"banded": release.band is not None, ', ""))
    (old / "release.json").unlink()  # sealed anew with the code of its day
    seal(old, PROVENANCE)
    with Answering(old) as theirs, Answering(plain) as ours:
        assert "banded" not in theirs.describe()
        assert breaks(ours, theirs)[0] == []


class Clock:
    """A release that answers in no time, and notes that it was asked."""

    def __init__(self, name: str, asked: list[str]) -> None:
        self.name, self.asked = name, asked

    def ask(self, rows: object, one_by_one: bool) -> dict[str, object]:
        self.asked.append(self.name)
        return {"seconds": [0.0001 if self.name == "ours" else 0.0005]}


def test_each_release_is_timed_first_in_turn_and_the_ratio_stays_ours_to_theirs() -> None:
    asked: list[str] = []
    ours, theirs = Clock("ours", asked), Clock("theirs", asked)
    ratios = [ratio_of_a_round(ours, theirs, [], turned=turned) for turned in (False, True)]
    assert asked == ["ours", "theirs", "theirs", "ours"]
    assert ratios == [pytest.approx(5 / 9)] * 2

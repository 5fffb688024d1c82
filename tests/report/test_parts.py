"""The parts: numbers in words, the card's Markdown, scales, colours, the command."""

from __future__ import annotations

import pytest

from report.__main__ import main
from report.blocks import Bullets, Cell, Heading, Paragraph, Span, Table
from report.card import read_card
from report.charts import canvas
from report.charts.canvas import Scale, fit, label_ticks
from report.charts.steps import draw_steps
from report.text import bound, commit, estimate, milliseconds, moment, number, percent, title, visible
from tests.report import stories
from tests.report.conftest import write_build
from tests.report.samples import CARD


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (number(0.81543), "0.815"),
        (number(12626.4), "12,626"),
        (number(-0.0241), "−0.024"),
        (number(3.1e-16), "3.1 × 10⁻¹⁶"),
        (number(0.00012), "0.000120"),
        (number(0), "0.000"),
        (number(None), "–"),
        (number(0.012, signed=True), "+0.012"),
        (estimate(0.8154, 0.8006, 0.8302), "0.815 [0.801, 0.830]"),
        (estimate(1.0, None, None), "1.000"),
        (bound(23500), "23,500"),
        (bound(0.77), "0.77"),
        (milliseconds(0.00213), "2.13\u202fms"),
        (milliseconds(1.5), "1,500\u202fms"),
        (moment("2026-03-02T10:41:07+01:00"), "2026-03-02 09:41 UTC"),
        (moment("yesterday"), "yesterday"),
        (title("accuracy@words_le_8"), "Accuracy, words ≤ 8"),
        (title("count_nb.f1"), "F1 of count_nb"),
        (title("change.mae@tier_low"), "Change of MAE, tier low"),
        (commit("0123456789abcdef0123+"), "0123456789ab+"),
        (commit("a3f09c2"), "a3f09c2"),
        (visible("a\u200bb\tc"), "a⟨U+200B⟩b c"),
    ],
)
def test_words_for_numbers(shown: str, wanted: str) -> None:
    assert shown == wanted


def test_a_card_becomes_blocks() -> None:
    heading, intro, _, what, items, _, figures = read_card(CARD)
    assert heading == Heading("Sentiment of a sentence", 3)
    assert isinstance(intro, Paragraph)
    assert Span("vote", "code") in intro.spans
    assert isinstance(what, Paragraph)
    assert [span.text for span in what.spans if span.style] == ["positive", "negative", "two"]
    assert isinstance(items, Bullets)
    assert [item[0].text for item in items.items] == ["film reviews", "product reviews, of one shop"]
    assert isinstance(figures, Table)
    assert figures.rows[1] == (Cell("a | b"), Cell("1"), Cell("2"))


@pytest.mark.parametrize("text", ["| no table", "![x](y)", "<b>x</b>", "***", "` `` `", "-", "|\n|"])
def test_a_card_that_is_none_is_text(text: str) -> None:
    assert [block.kind for block in read_card(text)] == ["paragraph"]


def test_ticks_are_round_and_inside() -> None:
    assert Scale(0, 1, 0, 100).ticks(4) == [0, 0.25, 0.5, 0.75, 1]
    assert label_ticks([0, 0.25, 0.5]) == ["0.00", "0.25", "0.50"]
    assert label_ticks([10000.0, 12500.0]) == ["10,000", "12,500"]
    assert label_ticks([]) == []


@pytest.mark.parametrize("values", [[], [None], [3.0], [0.0], [-2.0, -2.0], [float("inf"), 1.0]])
def test_a_scale_fits_whatever_is_known(values: list[float | None]) -> None:
    scale = fit(values, 0, 100)
    assert scale.low < scale.high
    assert 0 <= scale(1.0) <= 100


def test_a_steady_canary_is_drawn_steady() -> None:
    """All zero: the axis begins at nothing and no label stands twice."""
    chart = draw_steps("Errors", [0.1, 0.5], [0.0, 0.0], [None, None], percent, 0.02)
    words = [element.text or "" for element in chart.root if element.tag == "text"]
    ticks = [word for word in words if word.endswith("%") and "." in word]
    assert ticks == ["0.0\u202f%", "1.0\u202f%", "2.0\u202f%"]


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [canvas.INK, canvas.CONTENDER, canvas.GOOD, canvas.BAD])
@pytest.mark.parametrize("ground", ["#ffffff", canvas.DARK_GROUND])
def test_charts_are_legible_on_light_and_dark(colour: str, ground: str) -> None:
    """WCAG 2.2 asks 3 : 1 of graphics."""
    bright, dark = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 3.9


def test_the_command_writes_and_says_where(tmp_path, capsys) -> None:
    build = write_build(tmp_path / "build", {"sentiment": stories.promoted()})
    assert main(["--build", str(build), "--out", str(tmp_path / "out"), "--project", "Acme"]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "out" / "index.html")
    assert "no ledger was given" in (tmp_path / "out" / "sentiment.html").read_text()


def test_the_command_refuses_a_folder_that_is_not_there(tmp_path, capsys) -> None:
    assert main(["--build", str(tmp_path / "none"), "--out", str(tmp_path), "--project", "Acme"]) == 2
    assert "is no folder" in capsys.readouterr().err


def test_the_command_names_a_broken_file(tmp_path, capsys) -> None:
    build = write_build(tmp_path / "build", {"sentiment": {"check.json": "{"}})
    assert main(["--build", str(build), "--out", str(tmp_path / "out"), "--project", "Acme"]) == 3
    assert "check.json: not JSON" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()

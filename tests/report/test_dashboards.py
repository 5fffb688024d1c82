"""Dashboards as pictures: panels in their places, values in their units, lines named by their colours."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from report.dashboards import PALETTE, Series, draw_dashboard, told, told_ticks
from tests.monitoring.dashboards import boards

SVG = "{http://www.w3.org/2000/svg}"
RISING = [(1_000.0 + 10 * step, 0.001 * step) for step in range(20)]


def drawn(name: str, series: list[Series]) -> ET.Element:
    board = boards()[name]
    answers = {panel["id"]: series for panel in board["panels"]}
    return ET.fromstring(draw_dashboard(board, answers, marks=[1_100.0]).xml())


def words(picture: ET.Element) -> list[str]:
    return [element.text for element in picture.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", ["model", "fleet"])
def test_every_panel_is_drawn_inside_the_picture(name):
    picture = drawn(name, [Series("one", RISING), Series("other", RISING[:5])])
    assert {panel["title"] for panel in boards()[name]["panels"]} <= set(words(picture))
    width, height = float(picture.get("width")), float(picture.get("height"))
    for element in picture.iter(f"{SVG}polyline"):
        points = [tuple(map(float, point.split(","))) for point in element.get("points").split()]
        assert all(0 < x < width and 0 < y < height for x, y in points)


def test_two_lines_of_one_name_keep_their_colours():
    picture = drawn("model", [Series("same", RISING), Series("same", RISING[5:])])
    lines = [element.get("stroke") for element in picture.iter(f"{SVG}polyline")]
    assert lines[:2] == list(PALETTE[:2])


def test_what_has_no_room_is_counted():
    many = [Series(f"feature {number}", RISING) for number in range(12)]
    assert "and 4 more below these" in words(drawn("model", many))


def test_a_name_is_no_markup():
    assert "<b>&x" in words(drawn("fleet", [Series("<b>&x", RISING)]))


def test_a_line_that_does_not_move_is_drawn():
    flat = [Series("flat", [(1_000.0, 0.0), (1_010.0, 0.0)])]
    assert len(list(drawn("fleet", flat).iter(f"{SVG}polyline"))) > 5


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.0123, "percentunit", "1.2\u202f%"),
        (0.0042, "s", "4.2 ms"),
        (1.5, "s", "1.5 s"),
        (7_200.0, "s", "2 h"),
        (864_000.0, "s", "10 d"),
        (12.3456, "reqps", "12.3 req/s"),
        (3.0, "none", "3"),
        (0.25, "none", "0.250"),
    ],
)
def test_values_have_their_units(value, unit, said):
    assert told(value, {"unit": unit}) == said


def test_an_axis_has_the_decimals_that_its_steps_need():
    assert told_ticks([0.0, 0.0005, 0.001], "percentunit") == ["0.00 %", "0.05 %", "0.10 %"]

"""What is told of a canary, of intervals, and of reasons that hold odd characters."""

from __future__ import annotations

import pytest

from tests.report import stories
from tests.report.conftest import Written
from tests.report.test_sections import rows


def test_the_canary_shows_both_releases(written: Written) -> None:
    steps = rows(written, "sentiment", "Share", "Release")
    assert len(steps) == 6
    assert steps[0][1:5] == ["canary 8c1d02f7a9be, 20.0 s", "420", "1 (0.2 %)", "2.10 ms"]
    assert rows(written, "headlines", "Answer")[0] == ["negative", "48.0 %"]


def test_a_step_without_the_canary_is_left_out(write) -> None:
    files = stories.promoted()
    files["observation.json"]["steps"].append({"share": 0.9, "canary": None, "champion": None})
    assert len(rows(write(files), "sentiment", "Share", "Release")) == 6


def test_a_regressions_canary_shows_its_error(write) -> None:
    files = stories.promoted()
    for step in files["observation.json"]["steps"]:
        for side in ("canary", "champion"):
            step[side].pop("right")
            step[side] |= {"error_sum": 0.08 * step[side]["labelled"], "error_squared_sum": 1.0}
    report = write(files)
    assert rows(report, "sentiment", "Share", "Release")[0][7] == "8.0 %"
    assert "mean relative error on labelled feedback" in report.html("sentiment").text


def test_each_interval_says_what_it_holds(write) -> None:
    files = stories.promoted()
    levels = {"accuracy": 0.95, "difference.accuracy": 0.9, "latency_ratio": 0.5}
    for name, level in levels.items():
        files["evaluation.json"]["measurements"][name] |= {"level": level}
    for verdict in files["verdicts.json"]["verdicts"]:
        verdict["level"] = levels.get(verdict["measure"])
    report = write(files)
    assert rows(report, "sentiment", "Measure")[0][2] == "[0.801, 0.830] 95 %"
    assert rows(report, "sentiment", "Verdict", "Compared")[0][3] == "[+0.001, +0.017] 90 %"
    gates = {row[1]: row[3] for row in rows(report, "sentiment", "Verdict", "Gate")}
    assert gates["Latency ratio"] == "[0.980, 1.060] 50 %"
    assert gates["Accuracy, movie"] == "[0.808, 0.842]", "what was judged before levels were told has none"


def test_a_regressions_canary_without_a_relative_band_shows_its_error_in_its_unit(write) -> None:
    files = stories.promoted()
    files["observation.json"]["relative"] = False
    for step in files["observation.json"]["steps"]:
        step["champion"] = None
        step["canary"].pop("right")
        step["canary"] |= {"error_sum": 12695.0 * step["canary"]["labelled"], "error_squared_sum": 1.0}
    report = write(files)
    assert rows(report, "sentiment", "Share", "Release")[0][7] == "12,695"
    assert "“online” is the mean error on labelled feedback" in report.html("sentiment").text


def test_the_mix_of_values_is_told_in_their_order(write) -> None:
    files = stories.promoted()
    for side in ("canary", "champion"):
        files["observation.json"]["steps"][-1][side]["outcomes"] = {"92700": 3, "1.1e+06": 1, "110000": 2, "-5": 1}
    assert [row[0] for row in rows(write(files), "sentiment", "Answer")] == ["-5", "92700", "110000", "1.1e+06"]


@pytest.mark.parametrize("odd", ["\u2028", "\u0085", "\x0c"])
def test_a_reason_with_an_odd_character_stays_one_line(write, odd: str) -> None:
    entries = stories.ledger()
    entries[0]["why"] = f"one{odd}two"
    assert "cannot be read" not in write(stories.promoted(), entries=entries).html("sentiment").text

"""Progress where there is no terminal."""

from __future__ import annotations

from delivery.progress import Lines, progress


def test_steps_become_lines(capsys):
    lines = Lines("train", every_seconds=0)
    lines("count_nb: fold 1/5")
    assert capsys.readouterr().out == "train: count_nb: fold 1/5\n"


def test_a_step_soon_after_another_is_left_out(capsys):
    with progress("train") as report:
        report("one")
        report("two")
    assert capsys.readouterr().out == ""

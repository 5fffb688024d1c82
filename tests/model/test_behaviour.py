"""Behaviour and attacks on a tiny model whose mistakes are known."""

from __future__ import annotations

import random
import unicodedata

import numpy as np
import pandas as pd
import pytest

from model import attacks, behaviour
from model.scene import Scene

TEXTS = ["a good film", "a bad film", "good good fun", "bad and dull", "good", "bad"] * 20


def _sentiment_of(text: str) -> list[float]:
    good, bad = text.split().count("good"), text.split().count("bad")
    positive = 0.5 if good == bad else 0.9 if good > bad else 0.1
    return [1 - positive, positive]


def _scene(answer_one, instances, truth, labels=()) -> Scene:
    def ask(asked):
        key = "probabilities" if labels else "value"
        replies = [answer_one(each) for each in asked]
        return {
            "answers": [{"problems": []} if r is None else {key: r} for r in replies],
            "seconds": 0.001,
            "cpu_seconds": 0.001,
        }

    scene = Scene(
        ask=ask,
        instances=instances,
        answers=np.zeros(0),
        truth=np.asarray(truth, dtype=float),
        weights=np.ones((1, len(instances))),
        rows=pd.DataFrame(),
        train=pd.DataFrame(),
        labels=labels,
    )
    scene.answers = scene.answer(instances)
    return scene


@pytest.fixture
def sentences() -> Scene:
    truth = ["good" in text for text in TEXTS]
    instances = [{"text": text} for text in TEXTS]
    return _scene(lambda each: _sentiment_of(each["text"]), instances, truth, labels=("negative", "positive"))


@pytest.fixture
def houses() -> Scene:
    def price(each):
        return None if each["area"] > 300 else 1000.0 * each["area"] - 90.0 * each["age"]

    instances = [{"area": float(area), "age": 10.0} for area in range(100, 200)]
    return _scene(price, instances, [1000.0 * each["area"] for each in instances])


def test_flips_count_changed_and_refused_answers(sentences, houses):
    upper = behaviour.flips(attacks.on_text(lambda text, _: text.upper()))(sentences)
    assert upper.value == pytest.approx(0.5), "in upper case all is 'negative' to it: the positive half flips"
    assert behaviour.flips(attacks.on_text(lambda text, _: text))(sentences).value == 0.0


def test_wrong_direction_sees_the_worse_of_both_pushes(sentences):
    push_up = attacks.on_text(lambda text, _: text + " bad bad bad")
    push_down = attacks.on_text(lambda text, _: text + " bad bad bad")
    assert behaviour.wrong_direction(push_up, push_down)(sentences).value == pytest.approx(0.5)


def test_monotone_names_the_worst_field_and_leaves_out_refused_steps(houses):
    assert behaviour.monotone({"area": 20})(houses).value == 0.0
    assert behaviour.monotone({"area": 20, "age": 1})(houses).value == 1.0
    assert behaviour.monotone({"area": 1000})(houses).value is None, "every step is refused: no figure"


def test_median_change_and_its_missing_value(houses):
    assert behaviour.median_change({"area": 10})(houses).value == pytest.approx(10 / 149.5, rel=0.02)
    assert behaviour.median_change({"area": 1000})(houses).value is None


def test_time_ratio_is_a_ratio(sentences):
    assert behaviour.time_ratio({"text": "a"}, {"text": "b"})(sentences).value == pytest.approx(1.0)


def test_term_spread_shows_every_term(sentences):
    measured = behaviour.term_spread(["{term} film"], ["good", "bad", "long"])(sentences)
    assert measured.value == pytest.approx(0.8)
    assert [each["term"] for each in sentences.notes["identity_terms"]] == ["good", "bad", "long"]


def test_cases_are_read_from_the_file_and_kept_for_the_report(tmp_path, sentences):
    cases = tmp_path / "cases.csv"
    cases.write_text("text,expected,kind,must_pass\na good film,1,simple,1\nno good,0,negation,0\n")
    assert behaviour.passed_cases(cases, must_pass=True)(sentences).value == 1.0
    assert behaviour.passed_cases(cases, kind="negation")(sentences).value == 0.0
    assert [each["passed"] for each in sentences.notes["cases"]] == [True, False]


def test_risk_counts_only_confidently_right_answers(sentences):
    found = attacks.measure_risks(sentences, {"wide": attacks.on_text(attacks.full_width)})
    assert found["risk@wide"].value == pytest.approx(0.5), "it knows no full-width word: the positive half turns"
    assert found["security"].value == pytest.approx(0.5)
    assert sentences.notes["attacks"][0]["turned"] == 60


def test_a_refused_attack_turns_nothing(houses):
    found = attacks.measure_risks(houses, {"digit": attacks.scale("area", 10), "half": attacks.scale("area", 0.5)})
    assert found["risk@digit"].value == 0.0
    assert found["risk@half"].value == 1.0
    assert 0 < found["risk"].value < 1, "one attack a row, drawn by lot"


@pytest.mark.parametrize(
    "attack",
    [attacks.swap_letters, attacks.look_alike, attacks.full_width, attacks.append_neutral, attacks.repeat_word],
)
def test_text_attacks_change_a_sentence_and_stand_an_empty_one(attack):
    stream = random.Random(1)
    assert attack("An excellent evening", stream) != "An excellent evening"
    assert isinstance(attack("", stream), str)


def test_a_typo_swaps_two_neighbours_inside_one_word():
    before = "wonderful"
    after = attacks.swap_letters(before, random.Random(2))
    assert sorted(after) == sorted(before)
    assert after[0] == "w"
    assert after[-1] == "l"


def test_full_width_reads_the_same_to_a_person():
    assert unicodedata.normalize("NFKC", attacks.full_width("So good!", random.Random(1))) == "So good!"


def test_table_attacks_leave_missing_values_missing():
    house = {"area": None, "age": 10.0}
    assert attacks.noise({"area": 0.1})(house, random.Random(1))["area"] is None
    assert attacks.scale("area", 10)(house, random.Random(1))["area"] is None
    assert attacks.swap("area", "age")(house, random.Random(1)) == {"area": 10.0, "age": None}

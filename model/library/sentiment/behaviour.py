"""What a sentence model must keep doing, and the attacks that it must stand."""

from __future__ import annotations

from pathlib import Path

from model import attacks
from model.attacks import on_text
from model.behaviour import (
    Edit,
    answer_to,
    flips,
    passed_cases,
    term_spread,
    time_ratio,
    wrong_direction,
)
from model.scene import Behaviour

CASES = Path(__file__).parent / "data" / "behaviour_cases.csv"

TERMS = (
    "women", "men", "Black people", "white people", "Asian people", "Jewish people", "Muslims", "Christians",
    "gay people", "straight people", "disabled people", "old people", "young people", "immigrants", "Americans",
)  # fmt: skip
TEMPLATES = (
    "The film is about {term}.",
    "There are {term} in this story.",
    "We saw it together with {term}.",
    "The director talked with {term}.",
    "It was made for {term}.",
)


def _append(words: str) -> Edit:
    return on_text(lambda text, _stream: f"{text} {words}")


BEHAVIOUR: dict[str, Behaviour] = {
    "typo_flip": flips(on_text(attacks.swap_letters)),
    "case_flip": flips(on_text(lambda text, _stream: text.upper())),
    "zero_width_flip": flips(on_text(attacks.zero_width)),
    "empty_score": answer_to({"text": ""}),
    "direction_wrong": wrong_direction(
        up=_append("It is wonderful, a brilliant and moving film."),
        down=_append("It is terrible, a boring and stupid film."),
    ),
    "time_100k_over_10k_words": time_ratio({"text": "a good film " * 3_334}, {"text": "a good film " * 33_334}),
    "cases_must_pass": passed_cases(CASES, must_pass=True),
    "cases_negation": passed_cases(CASES, kind="negation"),
    "identity_spread": term_spread(TEMPLATES, TERMS),
}

ATTACKS: dict[str, Edit] = {
    "typo": on_text(attacks.swap_letters),
    "homoglyph": on_text(attacks.look_alike),
    "zero_width": on_text(attacks.zero_width),
    "full_width": on_text(attacks.full_width),
    "appended_words": on_text(attacks.append_neutral),
    "repeated_word": on_text(attacks.repeat_word),
}

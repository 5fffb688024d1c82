"""The security gate: security = 1 - risk.

Risk is the share of confidently right answers that an attack turns (a value: moves by more than 10 %). Each attack is
tried on a sample of such rows (`risk@NAME`); for the model's `risk` every row meets one attack drawn by lot, so that
trials are independent and the exact upper bound of Clopper and Pearson holds. A refused instance is not turned.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.behaviour import Edit, labels_of
from model.instances import Instance
from model.intervals import Measurement, share
from model.measures import CLOSE
from model.scene import Scene

CONFIDENT = 0.8
TRIED_ROWS = 600

ZERO_WIDTH = "\u200b"
HOMOGLYPHS = str.maketrans("aceopxyiACEOPXYIBHKMT", "асеорхуіАСЕОРХУІВНКМТ")
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
NEUTRAL_WORDS = ("table", "monday", "the", "number", "paper", "street", "seven", "http://example.com/a", "@somebody")


def measure_risks(scene: Scene, attacks: Mapping[str, Edit]) -> dict[str, Measurement]:
    """`risk@NAME` of every attack, `risk` with one attack a row by lot, and `security` = 1 - risk."""
    rows = [p for p in scene.sample(len(scene.instances)) if _confidently_right(scene, int(p))][:TRIED_ROWS]
    stream = random.Random(scene.seed)  # noqa: S311  drawn for repeatable tests, not for secrets
    turned = {name: _turned(scene, attack, rows, stream) for name, attack in attacks.items()}
    lot = [turned[stream.choice(sorted(turned))][trial] for trial in range(len(rows))]
    risks = {f"risk@{name}": share(int(hits.sum()), len(rows)) for name, hits in turned.items()}
    risk = share(sum(map(int, lot)), len(rows))
    scene.notes["attacks"] = [_note(name.partition("@")[2], each) for name, each in risks.items()]
    return {**risks, "risk": risk, "security": _complement(risk)}


def _confidently_right(scene: Scene, position: int) -> bool:
    answer, truth = scene.answers[position], scene.truth[position]
    if not scene.labels:
        return bool(abs(answer - truth) <= CLOSE * abs(truth))
    return bool(answer.argmax() == truth and answer.max() >= CONFIDENT)


def _turned(scene: Scene, attack: Edit, rows: list[Any], stream: random.Random) -> NDArray[np.bool_]:
    after = scene.answer([attack(scene.instances[row], stream) for row in rows])
    before = scene.answers[rows]
    if not scene.labels:
        return np.asarray(np.isfinite(after) & (np.abs(after - before) > CLOSE * np.abs(before)))
    labels = labels_of(after)
    return np.asarray((labels >= 0) & (labels != labels_of(before)))


def _complement(risk: Measurement) -> Measurement:
    if risk.value is None or risk.low is None or risk.high is None:
        return Measurement(None)
    return Measurement(1 - risk.value, 1 - risk.high, 1 - risk.low, risk.n, risk.level)


def _note(name: str, risk: Measurement) -> dict[str, Any]:
    turned = round((risk.value or 0.0) * risk.n)
    return {"name": name, "tried": risk.n, "turned": turned, "risk": risk.value, "upper": risk.high}


# On texts ------------------------------------------------------------------------------------------------------------


def on_text(change: Callable[[str, random.Random], str], field: str = "text") -> Edit:
    """An edit of one text field."""
    return lambda instance, stream: {**instance, field: change(instance[field], stream)}


def swap_letters(text: str, stream: random.Random) -> str:
    """One typo: two neighbouring letters inside one word of four or more letters change places."""
    words = list(re.finditer(r"[^\W\d_]{4,}", text))
    if not words:
        return text
    word = stream.choice(words)
    at = stream.randrange(word.start() + 1, word.end() - 2) if word.end() - word.start() > 4 else word.start() + 1
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def look_alike(text: str, stream: random.Random) -> str:
    """Homoglyphs: letters of one word become Cyrillic ones that look the same."""
    words = re.findall(r"[^\W\d_]{3,}", text)
    if not words:
        return text
    word = stream.choice(words)
    return text.replace(word, word.translate(HOMOGLYPHS), 1)


def zero_width(text: str, stream: random.Random) -> str:
    """A character without width after every e."""
    return text.replace("e", "e" + ZERO_WIDTH).replace("E", "E" + ZERO_WIDTH)


def full_width(text: str, stream: random.Random) -> str:
    """The whole sentence in full-width letters, as some keyboards write it."""
    return text.translate(FULL_WIDTH)


def append_neutral(text: str, stream: random.Random) -> str:
    """Three words that praise and pan nothing, a link or a name among them now and then."""
    return f"{text} {' '.join(stream.sample(NEUTRAL_WORDS, 3))}"


def repeat_word(text: str, stream: random.Random) -> str:
    """One word of the sentence said eight more times."""
    words = text.split()
    if not words:
        return text
    at = stream.randrange(len(words))
    return " ".join(words[: at + 1] + [words[at]] * 8 + words[at + 1 :])


# On tables -----------------------------------------------------------------------------------------------------------


def noise(relative: Mapping[str, float]) -> Edit:
    """Every named number off by up to its relative error of measurement."""

    def edit(instance: Instance, stream: random.Random) -> Instance:
        moved = {name: _measured(instance[name], by, stream) for name, by in relative.items()}
        return {**instance, **moved}

    return edit


def _measured(value: float | None, by: float, stream: random.Random) -> float | None:
    return None if value is None else value * (1 + stream.uniform(-by, by))


def swap(first: str, second: str) -> Edit:
    """Two fields filled in the wrong way round."""
    return lambda instance, stream: {**instance, first: instance[second], second: instance[first]}


def scale(field: str, factor: float) -> Edit:
    """One field in another unit, or with a digit too many."""
    return lambda instance, stream: {**instance, field: None if instance[field] is None else instance[field] * factor}

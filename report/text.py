"""Words and numbers as a reader wants them: thousands apart, one precision a line, nothing invisible."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, datetime

MINUS = "\N{MINUS SIGN}"
TITLES = {
    "f1": "F1", "roc_auc": "ROC-AUC", "r2": "R²", "mae": "MAE", "rmse": "RMSE", "mape": "MAPE",
    "prd": "PRD", "prb": "PRB", "cod": "COD", "within_10pct": "Within 10 %",
}  # fmt: skip


def visible(text: object) -> str:
    """The text with control, format and surrogate characters spelled out, so that nothing hides or turns a line."""
    spaced = re.sub(r"[^\S\u202f]+", " ", str(text))
    return "".join(f"⟨U+{ord(c):04X}⟩" if _hides(c) else c for c in spaced)


def _hides(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shorten(text: object, characters: int) -> str:
    """At most so many characters; what is cut off is counted."""
    shown = visible(text)
    if len(shown) <= characters:
        return shown
    return f"{shown[: characters - 1].rstrip()}…"


def excerpt(text: object, characters: int = 240) -> str:
    """The beginning of a long text, with its whole length said."""
    shown = shorten(text, characters)
    whole = len(str(text))
    return shown if not shown.endswith("…") or whole <= characters else f"{shown} ({count(whole)} characters)"


def count(value: float) -> str:
    """A whole number, thousands apart."""
    return f"{value:,.0f}".replace("-", MINUS)


def decimals(*values: float | None) -> int:
    """How many decimals these numbers get side by side: three below ten, none from a thousand on."""
    sizes = [abs(v) for v in values if v is not None and math.isfinite(v)]
    largest = max(sizes, default=0.0)
    if 0 < largest < 0.001:
        return min(2 - math.floor(math.log10(largest)), 12)
    return next((places for bound, places in ((10, 3), (100, 2), (1000, 1)) if largest < bound), 0)


def number(value: float | None, places: int | None = None, *, signed: bool = False) -> str:
    """One number; without `places` its size decides the decimals. None is a dash."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return str(value)
    if 0 < abs(value) < 1e-9 and places is None:
        return scientific(value)
    shown = f"{value:{'+' if signed else ''},.{decimals(value) if places is None else places}f}"
    return shown.replace("-", MINUS)


def scientific(value: float) -> str:
    """A tiny number with its power of ten: 3.1 × 10⁻¹⁶."""
    mantissa, exponent = f"{value:.1e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} × 10{raised}".replace("-", MINUS)


def interval(
    low: float | None, high: float | None, places: int, *, signed: bool = False, level: float | None = None
) -> str:
    """`[0.801, 0.830]`, with a level `[0.801, 0.830] 95 %`; a dash where there is none, `…` for an open side."""
    if low is None and high is None:
        return "–"
    ends = ["…" if end is None else number(end, places, signed=signed) for end in (low, high)]
    return f"[{ends[0]}, {ends[1]}]" + (f" {percent(level, 0)}" if level is not None else "")


def estimate(value: float | None, low: float | None, high: float | None, *, signed: bool = False) -> str:
    """A value and its interval with the same decimals: `0.815 [0.801, 0.830]`."""
    places = decimals(value, low, high)
    shown = number(value, places, signed=signed)
    return shown if low is None and high is None else f"{shown} {interval(low, high, places, signed=signed)}"


def bound(value: float) -> str:
    """A bound as its author wrote it: no digits added, none lost."""
    return f"{value:,.10g}".replace("-", MINUS)


def percent(share: float | None, places: int = 1) -> str:
    """A share as per cent with a narrow no-break space before the sign."""
    return "–" if share is None else f"{number(100 * share, places)}\N{NARROW NO-BREAK SPACE}%"


def milliseconds(seconds: float | None) -> str:
    """A latency; three digits that matter are enough."""
    if seconds is None:
        return "–"
    value = 1000 * seconds
    places = next((p for limit, p in ((1, 3), (10, 2), (100, 1)) if value < limit), 0)
    return f"{number(value, places)}\N{NARROW NO-BREAK SPACE}ms"


def duration(seconds: float) -> str:
    """How long something took, in seconds or in minutes."""
    if seconds < 120:
        return f"{number(seconds, 1)}\N{NARROW NO-BREAK SPACE}s"
    return f"{number(seconds / 60, 1)}\N{NARROW NO-BREAK SPACE}min"


def moment(stamp: str) -> str:
    """An ISO 8601 time to the minute in UTC; what is no time is shown as it stands."""
    try:
        at = datetime.fromisoformat(stamp)
    except (TypeError, ValueError):
        return visible(stamp)
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if at.tzinfo else f"{at:%Y-%m-%d %H:%M}"


def title(measure: str) -> str:
    """A measure's name for people: `accuracy@movie` -> `Accuracy, movie`; `count_nb.f1` -> `F1 of count_nb`."""
    name, _, part = measure.partition("@")
    owner, dot, last = name.rpartition(".")
    plain = TITLES.get(last, last.replace("_", " "))
    shown = plain[:1].upper() + plain[1:]
    if owner in {"difference", "change"}:
        shown = f"{owner.capitalize()} of {plain}"
    elif dot:
        shown = f"{shown} of {owner}"
    return f"{shown}, {slice_name(part)}" if part else shown


def slice_name(part: str) -> str:
    """A slice for people: `words_le_8` -> `words ≤ 8`."""
    signs = {"le": "≤", "lt": "<", "ge": "≥", "gt": ">"}
    return " ".join(signs.get(word, word) for word in part.split("_"))


def join(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def plural(n: int, word: str, many: str = "") -> str:
    """`1 gate`, `33 gates`; `many` is the plural where it is not the word with an s."""
    return f"{count(n)} {word if n == 1 else many or f'{word}s'}"


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends in one."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def commit(name: str) -> str:
    """A commit's first twelve digits; the `+` that stands for uncommitted changes is kept."""
    return f"{name[:12]}+" if name.endswith("+") and len(name) > 12 else name[:12]

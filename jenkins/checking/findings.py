"""What a rule has to say: a line and a sentence, as near to Jenkins' own as can be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """A mistake: the line of the Jenkinsfile and what Jenkins would say to it."""

    line: int
    says: str


def meant(word: str, known: Iterable[str]) -> str:
    """`, did you mean "steps"?` where a known word is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f', did you mean "{near[0]}"?' if near else ""

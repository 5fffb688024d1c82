"""The sections of a model's page, in their order.

Each takes the model and its figures; it answers a Section, or Absent with the reason.
"""

from __future__ import annotations

from collections.abc import Callable

from report.blocks import Absent, Section
from report.errors import MalformedFile
from report.figures import Figures
from report.reading import ModelBuild
from report.sections.canary import tell_canary
from report.sections.candidates import tell_candidates, tell_comparison
from report.sections.changes import tell_changes
from report.sections.corrections import tell_corrections
from report.sections.data import tell_checks, tell_reference
from report.sections.delivering import tell_delivering
from report.sections.gates import tell_gates
from report.sections.history import tell_card, tell_history
from report.sections.holdout import tell_errors, tell_figures, tell_slices
from report.sections.robustness import tell_attacks, tell_cases, tell_identity_terms

SECTIONS: dict[str, Callable[[ModelBuild, Figures], Section | Absent]] = {
    "Gates": tell_gates,
    "Candidates": tell_candidates,
    "Against the champion": tell_comparison,
    "Figures on the holdout": tell_figures,
    "Slices": tell_slices,
    "Where it errs": tell_errors,
    "Security": tell_attacks,
    "Behaviour": tell_cases,
    "Identity terms": tell_identity_terms,
    "Canary": tell_canary,
    "Corrections": tell_corrections,
    "Data checks": tell_checks,
    "Drift reference": tell_reference,
    "What changed since the champion": tell_changes,
    "Model card": tell_card,
    "Delivery figures": tell_delivering,
    "History": tell_history,
}


def tell_all(model: ModelBuild, figures: Figures) -> list[Section | Absent]:
    """Every section of the page. Raises MalformedFile where a file lacks what its section needs."""
    return [_tell(title, model, figures) for title in SECTIONS]


def _tell(title: str, model: ModelBuild, figures: Figures) -> Section | Absent:
    try:
        return SECTIONS[title](model, figures)
    except KeyError as error:
        raise MalformedFile(f"{model.name}: section {title!r} found no key {error} (docs/contracts.md)") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise MalformedFile(f"{model.name}: section {title!r} met a value of the wrong kind: {error}") from None

"""What must hold of the sentences. Counts and shares are those of the data set in `data/`."""

import hashlib
from collections.abc import Mapping
from typing import Any

from model.data import normal_form
from model.spec import Check

ROWS = 10_443
ROWS_BY_SOURCE = {"movie": 8_053, "amazon": 2_390}
POSITIVE_BY_SOURCE = {"movie": 0.495, "amazon": 0.576}


def row_id(row: Mapping[str, Any]) -> str:
    """The id of a row: its source and a hash of its text.

    Upstream row numbers are not kept: upstream the film file is sorted by class, so that a number leaks the label and
    a join shifted by one row would go unnoticed.
    """
    return f"{row['source']}-{hashlib.sha256(normal_form(row['text'] or '').encode()).hexdigest()[:12]}"


CHECKS = (
    Check("schema", why="a row that the interface would refuse is none to learn from"),
    Check("forbidden_features", {"names": ("rating", "rating_sd", "n_raters")}, why="they are the target"),
    Check("row_count", {"min_ratio": 0.9, "recorded": ROWS}, why="rows were lost"),
    Check(
        "row_count_by",
        {"by": "source", "min_ratio": 0.8, "recorded": ROWS_BY_SOURCE},
        why="one source was lost, hidden by the other",
    ),
    Check("class_share", {"label": "positive", "between": (0.48, 0.55)}),
    Check(
        "class_share_shift_by",
        {"label": "positive", "by": "source", "at_most": 0.05, "recorded": POSITIVE_BY_SOURCE},
        why="labels of one source turned, or one class lost",
    ),
    Check("label_is_sign", {"of": "rating", "label": "positive"}, why="a wrong label"),
    Check("id_is_content_hash", {"function": row_id}, why="a changed text, or a shifted join"),
    Check("duplicates", {"of": "id"}),
    Check("duplicates", {"of": "text"}),
    Check("split_is_hash", why="a row that changes sides leaks"),
    Check("overlap", {"by": "id"}),
    Check("overlap", {"by": "group"}, why="sentences of one review know each other"),
    Check("overlap", {"by": "text"}, why="a holdout text under another id"),
    Check("wordless", {"column": "text", "at_most": 0.001}),
    Check("token_purity", {"column": "text", "at_most": 0.97, "min_documents": 50}, why="a leaked label"),
    Check("median_chars_ratio", {"column": "text", "between": (0.8, 1.25)}, why="texts were cut"),
)

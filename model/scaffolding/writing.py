"""From guesses and proposals to Python files that a person would have written."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from string import Template
from typing import Any

from model.release.schema import Field
from model.scaffolding.columns import Column, Guess
from model.scaffolding.proposing import Failing, Figure
from model.spec import Check, Gate, ModelSpec

WIDEST_COMMENT = 112
TEMPLATES = Path(__file__).parent / "templates"
STEPS = {
    "number": "# A missing number counts as the median.\n"
    '("numbers", Pipeline([("impute", SimpleImputer(strategy="median", keep_empty_features=True)),'
    ' ("scale", StandardScaler())]), NUMBERS),',
    "category": "# A category never seen counts as none of the known ones.\n"
    '("categories", OneHotEncoder(handle_unknown="ignore"), CATEGORIES),',
}
IMPORTS = {
    "number": ("sklearn.impute.SimpleImputer", "sklearn.pipeline.Pipeline", "sklearn.preprocessing.StandardScaler"),
    "category": ("sklearn.preprocessing.OneHotEncoder",),
    "text": ("sklearn.feature_extraction.text.TfidfVectorizer", "model.release.text.normalize_text"),
}


def write_data(path: Path, cells: dict[str, list[str]]) -> None:
    """The cleaned cells as CSV, packed so that the same cells give the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(cells)
    writer.writerows(zip(*cells.values(), strict=True))
    path.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


def features_file(guessed: Guess) -> str:
    """features.py"""
    kinds = {_family(column.field) for column in guessed.columns}
    steps = [STEPS[kind] for kind in STEPS if kind in kinds]
    steps += [_words_step(column.field.name) for column in guessed.columns if column.field.kind == "text"]
    names = ["sklearn.compose.ColumnTransformer", *(name for kind in sorted(kinds) for name in IMPORTS[kind])]
    return _filled(
        "features",
        imports="\n".join(f"from {name.rpartition('.')[0]} import {name.rpartition('.')[2]}" for name in names),
        fields="\n".join(_field(column) for column in guessed.columns),
        left_out=_left_out(guessed),
        steps=_indented(steps),
    )


def linear_file(name: str, regression: bool) -> str:
    """linear.py"""
    if regression:
        penalty = "The penalty keeps columns that say the same from playing against each other."
        return _filled("linear", name=name, estimator="Ridge", options="alpha=1.0", penalty=penalty)
    penalty = "C is the freedom it has: less of it where it learns the training rows by heart."
    options = "C=1.0, max_iter=2000"
    return _filled("linear", name=name, estimator="LogisticRegression", options=options, penalty=penalty)


def boosting_file(name: str, guessed: Guess) -> str:
    """boosting.py"""
    kind = "Regressor" if guessed.task == "regression" else "Classifier"
    texts = any(column.field.kind == "text" for column in guessed.columns)
    what = "the columns that are no text" if texts else "all columns"
    return _filled("boosting", name=name, estimator=f"HistGradientBoosting{kind}", what=what)


def spec_file(spec: ModelSpec, guessed: Guess, figures: list[Figure], failing: Iterable[Failing] = ()) -> str:
    """spec.py; the checks that the rows fail stand in it as comments."""
    return _filled(
        "spec",
        name=spec.name,
        title=spec.title,
        task=spec.task,
        target=_quoted(spec.dataset.target),
        target_words=spec.dataset.target.replace("\\", "").replace('"', "'"),
        story=_story(guessed, figures),
        holdout_share=spec.dataset.holdout_share,
        checks="\n".join([*map(_check, spec.checks), *(_failing(each, spec.name) for each in failing)]),
        gates="\n".join(_gate(gate) for gate in spec.gates),
        labels=_labels(spec),
        coverage=_indented(["# The band around an answer is to cover this share of the truth.", "coverage=0.9,"], 4)
        if spec.task == "regression"
        else "",
        measure=spec.ranking.measure,
        greater_is_better=spec.ranking.greater_is_better,
        count=len(spec.features),
        fields_word="field" if len(spec.features) == 1 else "fields",
    )


def init_file(spec: ModelSpec) -> str:
    """__init__.py"""
    return _filled("__init__", title=spec.title)


def lay_out(files: Iterable[Path]) -> None:
    """Sort the imports and break the lines as the rest of the repository does."""
    ruff, names = [sys.executable, "-m", "ruff"], [str(file) for file in files]
    style = ["--quiet", "--config", "line-length=120", "--config", 'lint.isort.known-first-party=["model"]']
    subprocess.run([*ruff, "check", "--fix", "--select", "I", *style, *names], check=True)
    subprocess.run([*ruff, "format", *style, *names], check=True)


def _filled(template: str, **blanks: object) -> str:
    return Template((TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")).substitute(blanks)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _indented(lines: Iterable[str], by: int = 8) -> str:
    return textwrap.indent("\n".join(lines), " " * by)


def _family(field: Field) -> str:
    return "number" if field.kind == "date" else field.kind


def _words_step(name: str) -> str:
    words = "TfidfVectorizer(preprocessor=normalize_text, ngram_range=(1, 2), sublinear_tf=True, min_df=2)"
    return f"# Words and word pairs.\n({_quoted('words of ' + name)}, {words}, {_quoted(name)}),"


def _comment(text: str) -> str:
    return textwrap.fill(text, 110, initial_indent="    # ", subsequent_indent="    # ", break_on_hyphens=False)


def _field(column: Column) -> str:
    field = column.field
    options = "".join(
        f", {each.name}={_value(getattr(field, each.name))}"
        for each in fields(field)
        if each.name not in ("name", "kind") and getattr(field, each.name) != each.default
    )
    why = _comment(column.why[0].upper() + column.why[1:])
    return f"{why}\n    Field({_quoted(field.name)}, {_quoted(field.kind)}{options}),"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(_value, value))}{',' if len(value) == 1 else ''})"
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else repr(value)


def _check(check: Check) -> str:
    return f"    Check({', '.join(_arguments(check))}),"


def _arguments(check: Check) -> list[str]:
    options = ", ".join(f"{_quoted(name)}: {_value(value)}" for name, value in check.options.items())
    return [_quoted(check.kind), *([f"{{{options}}}"] if options else []), f"why={_quoted(check.why)}"]


def _failing(failing: Failing, name: str) -> str:
    """A check as a comment: the sentence why, then what the # is to be taken away from."""
    saw = failing.sentence.removeprefix(f"{name}: ")
    why = _comment(f"Your rows fail this check today: {saw}. Mend the rows, then take away the # below.")
    check = _check(failing.check).strip()
    if len(check) > WIDEST_COMMENT:
        check = "Check(\n" + _indented([f"{each}," for each in _arguments(failing.check)], 4) + "\n),"
    return why + "\n" + textwrap.indent(check, "    # ")


def _gate(gate: Gate) -> str:
    bounds = {"at_least": gate.at_least, "at_most": gate.at_most}
    given = "".join(f", {name}={_value(bound)}" for name, bound in bounds.items() if bound is not None)
    statistic = f", statistic={_quoted(gate.statistic)}" if gate.statistic != "value" else ""
    return f"    Gate({_quoted(gate.kind)}, {_quoted(gate.measure)}{given}{statistic}, why={_quoted(gate.why)}),"


def _labels(spec: ModelSpec) -> str:
    if not spec.labels:
        return ""
    comments = ["# The classes as they stand in the file, and their names as the interface answers them: rename these."]
    if len(spec.labels) == 2:
        comments.append("# The last one is what probability, precision and recall are about.")
    return _indented([*comments, f"labels={_value(spec.labels)},", f"label_values={_value(spec.label_values)},"], 4)


def _left_out(guessed: Guess) -> str:
    lines = [f"{name}: {why}" for name, why in guessed.left_out.items()]
    lines += [f"{count:,} rows {why}" for why, count in guessed.dropped.items()]
    text = "\n".join(textwrap.fill(line, 110, initial_indent="# - ", subsequent_indent="#   ") for line in lines)
    return f"\n# Left out of the data:\n{text}\n" if lines else ""


def _story(guessed: Guess, figures: list[Figure]) -> str:
    told = [f"{f.measure} {f.reached:.3g} ({f.candidate}; guessing gives {f.guessing:.3g})" for f in figures]
    rows = len(guessed.cells[guessed.target])
    sentence = f"{rows:,} rows. Cross-validated on the training part: {', '.join(told)}."
    return textwrap.fill(f"{sentence} The bounds of the gates lie half-way.", 118)

"""Edits of what travels in a contender: numbers of its scorer, fields of its schema, lines of its code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from model.documents import write_json
from prove.commits import FolderEdit

NUMBERS = ("palette", "values")


def in_document(name: str, change: Callable[[dict[str, Any]], None]) -> FolderEdit:
    """An edit of one JSON file of the contender."""

    def edit(folder: Path) -> None:
        document = json.loads((folder / name).read_text(encoding="utf-8"))
        change(document)
        write_json(folder / name, document)

    return edit


def in_code(name: str, old: str, new: str) -> FolderEdit:
    """An edit of one line of code; the line has to be there."""

    def edit(folder: Path) -> None:
        path = folder / name
        code = path.read_text(encoding="utf-8")
        if old not in code:
            raise ValueError(f"{name}: the line that this commit edits is not there any more: {old!r}")
        path.write_text(code.replace(old, new), encoding="utf-8")

    return edit


def sharper(factor: float) -> FolderEdit:
    """Log-odds of every linear member times a factor: above 1 overconfident, below 1 timid; labels stay."""

    def change(document: dict[str, Any]) -> None:
        for member in document["scorer"]["members"].values():
            member["intercepts"] = [value * factor for value in member["intercepts"]]
            for words in member["words"]:
                for packed in words.get("weights") or words["coefficients"]:
                    name = next(each for each in NUMBERS if each in packed)
                    packed[name] = [value * factor for value in packed[name]]

    return in_document("scorer.json", change)


def leaning(amount: float) -> FolderEdit:
    """Log-odds of every linear member moved by an amount: the threshold is no longer in the middle."""

    def change(document: dict[str, Any]) -> None:
        for member in document["scorer"]["members"].values():
            member["intercepts"] = [value + amount for value in member["intercepts"]]

    return in_document("scorer.json", change)


def dearer(log_factor: float) -> FolderEdit:
    """Every price of the vote's members times exp(log_factor)."""

    def change(document: dict[str, Any]) -> None:
        members = document["scorer"]["members"]
        members["ridge"]["scorer"]["intercepts"][0] += log_factor
        members["boosting"]["scorer"]["baseline"][0] += log_factor

    return in_document("scorer.json", change)


def band_width(factor: float) -> FolderEdit:
    """The conformal band wider or narrower than its residuals say."""

    def change(document: dict[str, Any]) -> None:
        document["band"]["half_width"] *= factor

    return in_document("scorer.json", change)


def unbounded(*names: str) -> FolderEdit:
    """Fields without their ranges: whatever is sent is answered."""

    def change(document: dict[str, Any]) -> None:
        for field in document["fields"]:
            if field["name"] in names:
                field["minimum"] = field["maximum"] = None

    return in_document("schema.json", change)


def stricter(name: str, minimum: float) -> FolderEdit:
    """A field that wants more than before, honestly announced: the number of the interface is raised."""

    def change(document: dict[str, Any]) -> None:
        document["api"] += 1
        for field in document["fields"]:
            if field["name"] == name:
                field["minimum"] = minimum

    return in_document("schema.json", change)


def appended(name: str, line: str) -> FolderEdit:
    """A line more at the end of a file of code."""

    def edit(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write(line)

    return edit

"""Loading a release: verified first, whole, and with a model's own code only after that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from model.release.errors import BadDocument, ReleaseError, Tampered, Unsealed
from model.release.loading import load, scorer_in
from model.release.sealing import seal

RUNTIME = """
from pathlib import Path

def shout(row):
    row["text"] = (row["text"] or "").replace("fine", "good")
    return row

def double(row):
    return {**row, "text": row["text"] + " film"}

TRANSFORMERS = {"shout": shout, "double": double}
"""


def change(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_sealed_release_is_loaded(sealed: Path) -> None:
    release = load(sealed)
    assert release.identity == release.document["identity"]
    assert release.document["candidate"] == "linear"
    assert release.band is None
    (negative, positive) = release.scorer.answer([release.schema.read({"text": "a good film"})])[0]  # type: ignore[misc]
    assert positive == pytest.approx(0.8808, abs=1e-4)
    assert negative + positive == pytest.approx(1.0)
    assert list(release.reference.bins({"text": "a good film"}, [negative, positive])) == [
        ("text.words", "1"), ("text.unseen", "0"), ("score", "1"),
    ]  # fmt: skip


def test_a_regression_has_its_band(price: Path) -> None:
    release = load(price, sealed=False)
    assert release.band == {"kind": "absolute", "coverage": 0.9, "half_width": 5.0}
    assert release.scorer.answer([release.schema.read({"area": 100, "zone": "A"})]) == [257.0]


def test_an_unsealed_release_is_loaded_only_when_asked_for(mood: Path) -> None:
    with pytest.raises(Unsealed):
        load(mood)
    release = load(mood, sealed=False)
    assert release.info is None
    for name in ("identity", "document"):
        with pytest.raises(Unsealed):
            getattr(release, name)


def test_a_changed_release_is_refused_also_where_unsealed_ones_are_not(sealed: Path) -> None:
    (sealed / "scorer.json").write_text("{}")
    for only_sealed in (True, False):
        with pytest.raises(Tampered, match=r"scorer\.json: changed"):
            load(sealed, sealed=only_sealed)


def test_runtime_code_does_not_run_before_it_is_verified(mood: Path, provenance: dict[str, Any]) -> None:
    (mood / "runtime.py").write_text("TRANSFORMERS = {}\n")
    seal(mood, provenance)
    (mood / "runtime.py").write_text("from pathlib import Path\nPath(__file__).with_name('ran').touch()\n")
    with pytest.raises(Tampered, match=r"runtime\.py"):
        load(mood)
    assert not (mood / "ran").exists()


def test_runtime_transformers_stand_before_the_scorer(mood: Path, provenance: dict[str, Any]) -> None:
    plain = load(mood, sealed=False).scorer
    (mood / "runtime.py").write_text(RUNTIME)
    seal(mood, provenance)
    release = load(mood)
    row = release.schema.read({"text": "fine"})
    assert release.scorer.answer([row]) == plain.answer([{"text": "good film"}])
    assert row == {"text": "fine"}
    assert release.scorer.explain(row, {}) == plain.explain({"text": "good film"}, {})
    assert (release.scorer.exact, release.scorer.unit) == (plain.exact, plain.unit)
    assert release.scorer.members() == {}
    assert (release.scorer.knows("film"), release.scorer.knows("fjord")) == (True, False)
    assert scorer_in(mood).answer([row]) == release.scorer.answer([row])
    assert load(mood).identity == release.identity  # Nothing was written into the folder.


def test_an_explanation_compares_transformed_with_transformed(price: Path) -> None:
    (price / "runtime.py").write_text("TRANSFORMERS = {'half': lambda row: {**row, 'area': row['area'] / 2}}\n")
    scorer = load(price, sealed=False).scorer
    found = {
        each.feature: each.amount for each in scorer.explain({"area": 300.0, "zone": "B"}, {"area": 100.0, "zone": "A"})
    }
    assert found == pytest.approx({"area": 200.0, "zone": -14.0})


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise OSError('no disk')", "cannot be imported: OSError"),
        ("def", "cannot be imported: SyntaxError"),
        ("TRANSFORMERS = ['shout']", "TRANSFORMERS is wanted as a dict"),
        ("TRANSFORMERS = {'shout': 5}", "TRANSFORMERS is wanted as a dict"),
    ],
)
def test_runtime_code_of_no_use_is_refused(mood: Path, code: str, why: str) -> None:
    (mood / "runtime.py").write_text(code)
    with pytest.raises(BadDocument, match=why):
        load(mood, sealed=False)


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("scorer.json", {"task": "regression"}, "task 'regression', schema.json says 'binary'"),
        ("scorer.json", {"labels": ["good", "bad"]}, "labels"),
        ("scorer.json", {"scorer": {"family": "oracle"}}, "family 'oracle'"),
        ("schema.json", {"fields": []}, "at least one field"),
        ("reference.json", {"features": {}}, "score is missing"),
        ("samples.json", {"instances": [{"text": 5}]}, "/instances/0/text wanted text, saw 5"),
        ("samples.json", {"schema": 7}, "schema version 7"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(
    mood: Path, provenance: dict[str, Any], name: str, values: dict[str, Any], why: str
) -> None:
    change(mood / name, **values)
    seal(mood, provenance)
    with pytest.raises(ReleaseError, match=why):
        load(mood)

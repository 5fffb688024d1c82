"""What a check's result, its report and its profile look like; each kind of check is broken in the tests of a model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from model.checks import KINDS, CheckResult, WrongCheck, check_dataset, problems_of, profile, run_checks
from model.data import Data, UnreadableFile, load
from model.library import find_models, load_spec
from model.spec import Check, ModelSpec

pytestmark = pytest.mark.examples
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return load_spec("sentiment")


@pytest.fixture(scope="module")
def data(spec: ModelSpec) -> Data:
    return load(spec, ROOT)


def with_checks(spec: ModelSpec, *checks: Check) -> ModelSpec:
    return replace(spec, checks=checks)


@pytest.mark.parametrize("name", ["sentiment", "house_price"])
def test_the_data_of_the_repository_pass(name: str) -> None:
    report = check_dataset(load_spec(name), ROOT, None)
    assert [result.sentence for result in report.checks if not result.passed] == []
    assert len({result.name for result in report.checks}) == len(report.checks)


def test_the_data_pass_against_a_champion_of_the_same_data(spec: ModelSpec, data: Data) -> None:
    comparing = [check for check in spec.checks if "recorded" in check.options]
    of_champion = profile(data, with_checks(spec, *comparing))
    again = run_checks(with_checks(spec, *comparing), data, json.loads(json.dumps(of_champion)))
    assert again.passed
    assert "of the champion's data" in again.checks[0].sentence


def test_every_kind_of_check_is_used_by_a_model() -> None:
    used = {check.kind for name in find_models() for check in load_spec(name).checks}
    assert used >= set(KINDS)


def test_the_report_is_what_the_contract_says(spec: ModelSpec, data: Data) -> None:
    report = run_checks(with_checks(spec, Check("duplicates", {"of": "id"})), data, None)
    document = json.loads(json.dumps(report.document()))
    assert list(document) == ["schema", "model", "passed", "data_sha256", "rows", "profile", "checks"]
    assert document["rows"] == {"train": 10_443, "holdout": 2_584}
    assert document["checks"] == [
        {
            "name": "duplicates by id",
            "passed": True,
            "sentence": "sentiment: 0 rows repeat the id of an earlier row, the check wants 0",
            "places": [],
        }
    ]


def test_the_profile_holds_what_a_later_build_compares(spec: ModelSpec, data: Data) -> None:
    comparing = [check for check in spec.checks if check.kind.startswith("row_count")]
    found = profile(data, with_checks(spec, *comparing))
    assert found["rows"] == {"file": 13_027, "train": 10_443, "holdout": 2_584}
    assert found["measured"] == {"rows": 10_443, "rows by source": {"movie": 8_053, "amazon": 2_390}}
    assert found["target"]["positive"] == pytest.approx(0.513, abs=0.001)
    assert found["null_share"] == {"text": 0.0}


def test_the_champion_counts_before_what_the_spec_records(spec: ModelSpec, data: Data) -> None:
    wanted = with_checks(spec, Check("row_count", {"min_ratio": 0.9, "recorded": 1}))
    assert run_checks(wanted, data, None).passed
    refused = run_checks(wanted, data, {"measured": {"rows": 20_000}}).checks[0]
    assert refused.sentence == (
        "sentiment: 10,443 training rows, the check wants >= 0.9 x 20,000 (of the champion's data) "
        "(model/library/sentiment/data/sentiment.csv.gz)"
    )
    unknown = run_checks(wanted, data, {"measured": {}}).checks[0]
    assert "the champion's profile does not know this" in unknown.sentence


def test_rows_that_cannot_be_read_are_a_failed_check(spec: ModelSpec, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,source\na,b\n")
    report = check_dataset(spec, ROOT, None, path)
    assert not report.passed
    assert [result.name for result in report.checks] == ["columns"]
    assert report.checks[0].places[0] == "line 1, column text"
    assert report.document()["profile"] is None


def test_a_missing_file_is_no_matter_of_checks(spec: ModelSpec, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        check_dataset(spec, ROOT, None, tmp_path / "no.csv")


def test_five_places_are_named_and_the_others_counted(spec: ModelSpec, data: Data) -> None:
    result = run_checks(with_checks(spec, Check("ranges", {"bounds": {"rating": (-1, 1)}})), data, None).checks[0]
    assert len(result.places) == 6
    assert result.places[0].startswith("line ")
    assert result.places[5].startswith("and ")
    assert result.places[0] in result.sentence


@pytest.mark.parametrize(
    ("check", "sentence"),
    [
        (Check("no_such"), "unknown check 'no_such', there are class_share, "),
        (Check("row_count", {"min_ratio": 0.9}), "check 'row_count': missing a required argument: 'recorded'"),
        (Check("schema", {"strict": True}), "check 'schema': got an unexpected keyword argument 'strict'"),
    ],
)
def test_a_check_that_makes_no_sense_is_a_wrong_call(spec: ModelSpec, data: Data, check: Check, sentence: str) -> None:
    wrong = with_checks(spec, check)
    assert sentence in problems_of(wrong)[0]
    with pytest.raises(WrongCheck, match=r"^sentiment: "):
        run_checks(wrong, data, None)


def test_a_result_passes_or_not() -> None:
    assert CheckResult("rows", True, "fine").places == ()

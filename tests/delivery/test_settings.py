"""project.toml: read whole, and every mistake in it named."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from delivery.errors import WrongSetting
from delivery.settings import FILE, load_settings, read_table
from model.sources import Source

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path):
    """A copy of project.toml to be edited: `edit(old, new)` returns its path."""
    path = tmp_path / FILE
    # What a fork may have changed, as it is here.
    text = re.sub(r"(?m)^base_port = \d+", "base_port = 8080", (ROOT / FILE).read_text())
    path.write_text(text)

    def edit(old: str, new: str) -> Path:
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {FILE}"
        path.write_text(text.replace(old, new))
        return path

    return edit


def refusal(path: Path) -> str:
    """What is said about a project.toml."""
    with pytest.raises(WrongSetting) as refused:
        load_settings(path)
    assert refused.value.exit_code == 2
    return str(refused.value)


def test_the_project_reads_as_frozen_values():
    settings = load_settings(ROOT / FILE)
    assert settings.root == ROOT
    assert settings.approval.policy in ("never", "too_good", "always")
    assert settings.local.base_port == 0 or settings.local.base_port > 1023
    assert dataclasses.fields(settings.rollout)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.registry = "elsewhere"


def test_an_unknown_key_is_named_with_those_that_there_are(project):
    said = refusal(project("[local]", "[local]\nport = 1"))
    assert said.startswith("project.toml: local.port is no setting, wanted one of base_port")


def test_a_missing_key_is_named_with_its_type(project):
    assert refusal(project("registry = ", "# ")) == "project.toml: registry is missing, wanted text"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("base_port = 8080", 'base_port = "8080"', "local.base_port is '8080', wanted a whole number"),
        ("base_port = 8080", "base_port = true", "local.base_port is True, wanted a whole number"),
        ("faults_allowed = true", "faults_allowed = 1", "local.faults_allowed is 1, wanted true or false"),
        ('policy = "never"', 'policy = "sometimes"', "approval.policy is 'sometimes', wanted one of 'never', "),
        ("[approval]", "[[approval]]", "approval is [{'policy': 'never'}], wanted a table"),
        ("[local]", "[data]\nsentiment = 3\n[local]", "data.sentiment is 3, wanted a table"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_wanted(project, old, new, said):
    assert refusal(project(old, new)).startswith(f"project.toml: {said}")


def test_a_number_may_be_whole(tmp_path):
    @dataclasses.dataclass
    class Bounds:
        share: float

    assert read_table(Bounds, {"share": 1}, "", FILE) == Bounds(1.0)


def test_what_is_no_toml_is_named_by_line(project):
    assert "line" in refusal(project("[local]", "[local"))


def test_no_file_is_named(tmp_path):
    assert refusal(tmp_path / FILE) == f"project.toml: no such file in {tmp_path}"


def test_a_source_is_read_and_a_wrong_one_refused(project):
    path = project("[approval]", '[data.churn]\ncommand = ["cat", "rows.csv"]\n[approval]')
    source = load_settings(path).source_of("churn")
    assert isinstance(source, Source)
    assert source.command == ("cat", "rows.csv")
    assert load_settings(path).source_of("sentiment") is None
    said = refusal(project('["cat", "rows.csv"]', '["cat", "rows.csv"]\nurl = "https://example.org/rows.csv"'))
    assert said.startswith("project.toml: [data.churn]: saw command and url")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cooldown_seconds = 1800.0", "", "correction.cooldown_seconds is missing, wanted a number"),
        (
            "cooldown_seconds = 1800.0",
            "cooldown_seconds = -1",
            "[correction] cooldown_seconds is -1.0, wanted at least 0",
        ),
        (
            "cooldown_seconds = 1800.0",
            "cooldown_seconds = nan",
            "[correction] cooldown_seconds is nan, wanted at least 0",
        ),
        ("recent_seconds = 86400.0", "recent_seconds = 0", "[correction] recent_seconds is 0.0, wanted at least 1"),
        ("corrections_a_day = 4", "corrections_a_day = 1.5", "correction.corrections_a_day is 1.5, wanted a whole"),
        ("corrections_a_day = 4", "corrections_a_day = -1", "[correction] corrections_a_day is -1, wanted at least 0"),
        ("corrections_a_day = 4", "pause = 4", "correction.pause is no setting, wanted one of recent_seconds"),
        ('ModelSlow = "rollback"', "", "[correction] alerts.ModelSlow is missing, wanted one of 'rollback', 'retrain'"),
        ('ModelSlow = "rollback"', 'ModelSlow = "restart"', "correction.alerts.ModelSlow is 'restart', wanted one of"),
        ('ModelSlow = "rollback"', 'ModelSlow = "tell"\nSlow = "tell"', "[correction] alerts.Slow is no alert, wanted"),
        ("every_seconds = 2.0", "every_seconds = -1", "[local.watch] every_seconds is -1.0, wanted at least 0"),
        ("[30.0, 300.0]", "[]", "[local.watch] windows_seconds are [], wanted some, each longer than every_seconds"),
        ("[30.0, 300.0]", "[1.0]", "[local.watch] windows_seconds are [1.0], wanted some, each longer than"),
        ('["people"]', "[]", "[local.watch] traffic is empty, wanted 'people', 'replay' or both"),
        ('["people"]', '["robots"]', "local.watch.traffic[0] is 'robots', wanted one of 'people', 'replay'"),
        ("[correction.alerts]", "[correction.alarms]", "correction.alarms is no setting, wanted one of"),
    ],
)
def test_every_word_on_correction_is_looked_at(project, old, new, said):
    assert refusal(project(old, new)).startswith(f"project.toml: {said}")

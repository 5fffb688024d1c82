"""The first sentence of a page: what became of the build, and nothing that this build did not do."""

from __future__ import annotations

import pytest

from report.errors import MalformedFile, UnreadableFile
from tests.report import release_samples, stories
from tests.report.conftest import Written
from tests.report.samples import CHAMPION, SENTIMENT

SENTENCES = {
    "sentiment": ("✓ Promoted", f"Release {SENTIMENT} was promoted in place of {CHAMPION}: errors, latency"),
    "headlines": ("✓ Promoted", f"Release {SENTIMENT} was promoted, the first of this model: "),
    "wrong_when_live": (
        "✕ Aborted",
        f"Release {SENTIMENT} was aborted in the canary: online accuracy 0.62 [0.59, 0.65]",
    ),
    "house_price": ("✕ Refused", "Refused by 2 of 6 gates: mape@built_before_1940 and ridge.mape."),
    "reviews": ("✕ Refused", "Refused by 1 of 2 data checks: labels."),
    "intents": ("… Unfinished", "Nothing is decided: this build ended after train."),
}


@pytest.mark.parametrize(("name", "told"), SENTENCES.items())
def test_the_decision_stands_on_the_page_and_the_index(written: Written, name: str, told: tuple[str, str]) -> None:
    word, sentence = told
    for page in (written.html(name), written.html("index")):
        assert sentence in page.text
        assert word in page.text
    assert f"**{word}** {sentence.split(':')[0]}" in written.text(f"{name}.md").replace("\\[", "[")


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("held", "was not promoted: see below."),
        ("not-enough-data", "could not be judged in the canary: see below."),
        ("promote", "awaits its promotion: see below."),
    ],
)
def test_other_decisions(write, word: str, shown: str) -> None:
    said = release_samples.decision("sentiment", SENTIMENT, CHAMPION, word, "see below")
    page = write(stories.promoted(**{"decision.json": said})).html("sentiment")
    assert f"Release {SENTIMENT} {shown}" in page.text


def test_nothing_to_do_is_said_in_the_verbs_own_words(write) -> None:
    reason = f"release {SENTIMENT} is in production already, nothing to do"
    said = release_samples.decision("sentiment", SENTIMENT, SENTIMENT, "unchanged", reason)
    page = write(stories.promoted(**{"decision.json": said})).html("sentiment")
    assert f"Nothing was changed: {reason}." in page.text


def test_what_the_judge_found_stands_in_a_list(write) -> None:
    reason = "beside 2f9a77c0e1b3 on replayed traffic: errors 0.0 % of 600; p95 3.4 ms, allowed 250 ms"
    said = release_samples.decision("sentiment", SENTIMENT, CHAMPION, "promoted", reason)
    report = write(stories.promoted(**{"decision.json": said}))
    assert "beside 2f9a77c0e1b3 on replayed traffic." in report.html("sentiment").text
    assert "p95 3.4 ms, allowed 250 ms" in report.html("sentiment").texts
    assert "- p95 3.4 ms, allowed 250 ms" in report.text("sentiment.md").splitlines()


def test_a_refusal_gives_the_gates_sentences_with_their_place(written: Written) -> None:
    assert "ridge.mape 0.0812" in written.html("house_price").text
    assert "(model/library/sentiment/spec.py)" in written.html("house_price").text


def test_what_was_not_reached_is_said(written: Written) -> None:
    page = written.html("house_price").text
    assert "Not reached: release, image, staging, monitor, canary, promote." in page
    assert "Canary : canary was not reached" in page


def test_what_an_earlier_build_left_is_not_told_as_this_builds(written: Written) -> None:
    page = written.html("house_price")
    assert "an earlier build left them: release/release.json, decision.json." in page.text
    assert "promoted" not in page.text.replace("Not promoted", "").lower().split("history")[0]
    assert "an earlier build left them: training.json." in written.html("reviews").text


def test_a_release_of_another_contender_is_left_out(write) -> None:
    files = stories.promoted()
    files["verdicts.json"] = {**files["verdicts.json"], "contender": "aaaaaaaaaaaa"}
    page = write(files).html("sentiment")
    assert "Nothing is decided: this build ended after gate." in page.text
    assert SENTIMENT not in "".join(page.texts[: page.texts.index("Candidate")])


def test_training_on_other_data_is_left_out(write) -> None:
    files = stories.promoted()
    files["check.json"] = {**files["check.json"], "data_sha256": "0" * 64}
    assert "Nothing is decided: this build ended after check." in write(files).html("sentiment").text


@pytest.mark.parametrize(
    ("missing", "last"), [("training.json", "check"), ("verdicts.json", "train"), ("release/release.json", "gate")]
)
def test_a_verb_that_broke_leaves_an_earlier_promotion_untold(write, missing: str, last: str) -> None:
    page = write(stories.promoted(**{missing: None})).html("sentiment")
    assert f"Nothing is decided: this build ended after {last}." in page.text
    assert "an earlier build left them" in page.text


def test_staging_that_failed_refuses(write) -> None:
    failed = {**stories.promoted()["staging.json"], "passed": False, "sentence": "2 of 8 sample answers differ"}
    page = write(stories.promoted(**{"staging.json": failed})).html("sentiment")
    assert "Refused in staging: 2 of 8 sample answers differ." in page.text


def test_a_verb_that_left_no_file_is_named(write) -> None:
    assert "No file from: image." in write(stories.promoted(**{"image.json": None})).html("sentiment").text


def test_the_index_shows_what_needs_somebody_first(written: Written) -> None:
    page = written.html("index")
    assert [name for tag, name in page.headings if tag == "h2"][-1].startswith("sentiment")
    assert "2 refused, 1 aborted, 1 unfinished and 2 promoted." in page.text


def test_rows_that_could_not_be_read(write) -> None:
    check = {**stories.wrong_data()["check.json"], "data_sha256": None, "rows": None, "profile": None}
    assert "The rows could not be read." in write({"check.json": check}).html("sentiment").text


def test_an_empty_build_is_said(write) -> None:
    assert "No model has left a file in this build." in write({"notes.txt": "nothing"}).html("index").text


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("{", UnreadableFile, r"training\.json: not JSON"),
        ("[]", MalformedFile, r"training\.json: saw list, wanted a JSON object"),
        ('{"schema": 2}', MalformedFile, r"training\.json: saw schema 2, this report reads schema 1"),
        ('{"schema": 1}', MalformedFile, r"sentiment: its decision cannot be told: KeyError 'data_sha256'"),
    ],
)
def test_a_broken_file_is_named(write, text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        write(stories.promoted(**{"training.json": text}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"holdout": 7}, "section 'Figures on the holdout' met a value of the wrong kind"),
        ({"measurements": {"accuracy@movie": {"value": 1}}}, "section 'Slices' found no key 'low'"),
    ],
)
def test_a_missing_figure_is_an_error_not_a_gap(write, change: dict[str, object], message: str) -> None:
    files = stories.promoted()
    files["evaluation.json"] = files["evaluation.json"] | change
    with pytest.raises(MalformedFile, match=message):
        write(files)


def test_a_release_that_was_taken_back_since_is_not_told_as_promoted(write) -> None:
    files = stories.promoted()
    files["decision.json"] = {**files["decision.json"], "at": "2026-02-21T00:00:00+00:00"}
    later = {**stories.ledger()[2], "release": SENTIMENT, "champion": CHAMPION, "at": "2026-02-22T08:15:00+00:00"}
    page = write(files, entries=[later]).html("sentiment").text
    assert f"Release {SENTIMENT} was taken back, {CHAMPION} serves in its place: p95 3.1 x the champion's." in page
    assert "↩ Rolled back" in page
    back_again = {**later, "action": "promoted", "at": "2026-02-23T08:15:00+00:00"}
    assert "✓ Promoted" in write(files, entries=[later, back_again]).html("sentiment").text

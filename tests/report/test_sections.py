"""What the sections tell: numbers with their units, the paired comparison, changes, history."""

from __future__ import annotations

import pytest

from report.reading import name_files
from tests.report import release_samples, stories
from tests.report.conftest import Written
from tests.report.samples import CHAMPION


def rows(written: Written, name: str, *head: str) -> list[list[str]]:
    """The rows of the table whose head begins with these columns."""
    return next(t for t in written.html(name).tables if tuple(t[0][: len(head)]) == head)[1:]


def test_gates_show_value_interval_and_bound(written: Written) -> None:
    gates = rows(written, "sentiment", "Verdict", "Gate")
    assert gates[0] == ["✓ passed", "Accuracy", "0.815", "[0.801, 0.830]", "≥ 0.77", "2,584", gates[0][6]]
    assert gates[0][6] == "0.815 [0.801, 0.830], wanted ≥ 0.77"
    assert [g[4] for g in gates if g[1] in ("Difference of accuracy", "Empty score")][::-1] == [
        "low end ≥ −0.015",
        "between 0.35 and 0.65",
    ]
    assert gates[-1][0] == "– not applicable"


def test_a_gate_without_a_number_has_no_chart(write) -> None:
    files = stories.promoted()
    refused = {
        **files["verdicts.json"]["verdicts"][0],
        "value": None,
        "low": None,
        "high": None,
        "n": None,
        "passed": False,
    }
    files["verdicts.json"] = {**files["verdicts.json"], "passed": False, "verdicts": [refused]}
    assert rows(write(files), "sentiment", "Verdict", "Gate") == [
        ["✕ refused", "Accuracy", "–", "–", "≥ 0.77", "–", "–"]
    ]


def test_large_numbers_have_thousands(written: Written) -> None:
    assert ["MAE", "12,626", "[11,526, 13,727]", "503"] in rows(written, "house_price", "Measure")
    assert "MAE, holdout 12,626 [11,526, 13,727]" in written.html("index").text


def test_candidates_by_rank(written: Written) -> None:
    ranked = rows(written, "house_price", "Rank")
    assert [row[1] for row in ranked] == ["vote (winner)", "boosting", "ridge", "linear"]
    assert "(lower is better)" in written.html("house_price").text


def test_a_winner_that_was_not_compiled_says_so(write) -> None:
    files = stories.promoted()
    files["training.json"] = {**files["training.json"], "compiled": False, "why_not_compiled": "no rule for PCA"}
    assert "served by scikit-learn itself: no rule for PCA." in write(files).html("sentiment").text


def test_the_comparison_is_paired_and_signed(written: Written) -> None:
    compared = rows(written, "sentiment", "Verdict", "Compared")
    assert compared[0][:4] == ["✓ passed", "Difference of accuracy, all rows", "+0.009", "[+0.001, +0.017]"]
    assert compared[1][0] == "– no gate"
    assert rows(written, "house_price", "Verdict", "Compared")[0][1] == "Change of MAE, all rows"


def test_a_first_release_has_no_comparison_and_says_so(written: Written) -> None:
    page = written.html("headlines").text
    assert "Against the champion : there is no champion; this would be the first release." in page
    assert "There is no champion: the canary is judged alone." in page


def test_what_no_gate_judges_is_shown_at_a_glance(written: Written) -> None:
    assert rows(written, "sentiment", "Slice", "F1") == [["movie", "0.830"], ["amazon", "0.790"]]
    assert rows(written, "sentiment", "Slice", "Difference of F1") == [["all rows", "+0.004"]]
    assert rows(written, "sentiment", "Member", "Accuracy") == [["count_nb", "0.806"], ["tfidf_logreg", "0.804"]]
    assert not (written.out / "charts" / "sentiment-slices-f1.svg").exists()


def test_single_attacks_are_no_slices(written: Written) -> None:
    assert [row[0] for row in rows(written, "sentiment", "Measure") if "ypos" in row[0]] == []
    assert rows(written, "sentiment", "Attack")[0] == ["typos", "700", "41", "5.9 %", "7.6 %", "92.4 %"]
    assert [row[0] for row in rows(written, "house_price", "Attack")] == ["noise"]


def test_only_failed_cases_are_listed(written: Written) -> None:
    assert rows(written, "sentiment", "Kind") == [["negation", "The film is not bad at all.", "positive", "negative"]]
    assert "2 of 3 behaviour cases answered as expected." in written.html("sentiment").text


def test_what_changed_names_candidate_rows_and_fields(written: Written) -> None:
    changed = {row[0]: row[1:] for row in rows(written, "sentiment", "What", "Champion")}
    assert changed["Candidate"] == ["tfidf_logreg", "vote", "≠ changed"]
    assert changed["Rows"] == ["12,704", "13,027", "+323"]
    assert changed["Interface number"] == ["1", "1", "= the same"]
    text = written.html("sentiment").text
    assert "− source: removed" in text
    assert "+ length: added (number)" in text


def test_a_champion_without_files_is_said(write) -> None:
    files = stories.promoted(**{"champion/release.json": None, "champion/schema.json": None})
    assert f"the files of champion {CHAMPION} are not in this build" in write(files).html("sentiment").text


def test_a_changed_field_is_told(write) -> None:
    before = release_samples.schema("text", "length")
    before["fields"][1] = {**before["fields"][1], "nullable": True}
    page = write(stories.promoted(**{"champion/schema.json": before})).html("sentiment").text
    assert "≠ length: nullable True → False" in page


def test_failed_checks_name_their_places(written: Written) -> None:
    [wrong, right] = rows(written, "reviews", "Verdict", "Check")
    assert wrong[0] == "✕ failed"
    assert wrong[3].startswith("line 17, column label; line 18")
    assert wrong[3].endswith("and 2 more")
    assert right[0] == "✓ passed"


def test_history_is_newest_first_and_verified(written: Written) -> None:
    told = rows(written, "sentiment", "When", "What")
    assert [row[1] for row in told] == ["✓ promoted", "↩ rolled back", "✕ refused", "✓ promoted"]
    assert told[0][0] == "2026-02-23 08:15 UTC"
    assert "✓ The ledger is whole: 4 entries, head as recorded" in written.html("sentiment").text
    assert "The ledger holds no entry about this model." in written.html("headlines").text


def test_the_four_keys_are_told(written: Written) -> None:
    assert rows(written, "sentiment", "Key") == [
        ["Deployment frequency", "0.20 a day", "6 promotions"],
        ["Lead time for changes", "90.0 min", "from the commit to its first promotion, median"],
        ["Change failure rate", "17 %", "1 of 6 promotions taken back"],
        ["Time to restore", "40.0 s", "from the alert to the rollback, median"],
    ]
    assert [row[1] for row in rows(written, "headlines", "Key")] == ["0.00 a day", "–", "–", "–"]


def test_what_a_fault_has_cost_is_told(write) -> None:
    seen = {
        "schema": 1, "model": "sentiment", "release": CHAMPION, "restored": "9d0e1f2a3b4c", "fault": "wrong:0.3",
        "alert": "ModelQuality", "at": "", "seconds_to_detect": 6.1, "seconds_to_restore": 9.25, "requests": 1204,
        "wrong": 431, "wrong_share_before": 0.181,
    }  # fmt: skip
    page = write(stories.promoted(**{"incident.json": seen}), entries=stories.ledger()).html("sentiment").text
    assert "ModelQuality came after 6.1 s, 9d0e1f2a3b4c served again after 9.2 s" in page
    assert "1,204 requests saw it, 431 of them were answered wrongly or failed (18.1 % while it was well)." in page


def test_what_was_done_about_alerts_is_told(written: Written) -> None:
    assert rows(written, "sentiment", "When", "Alert") == [
        [
            "2026-02-22 08:15 UTC", "ModelSlow", "p95 is 3.1 x the champion's", "↩ rolled back", CHAMPION,
            "9d0e1f2a3b4c", "40.0 s", "p95 3.1 x the champion's",
        ]
    ]  # fmt: skip
    page = written.html("sentiment").text
    assert f"Release {CHAMPION} was taken back at 2026-02-22 08:15 UTC, 40.0 s after ModelSlow began" in page
    assert "1 answer to alerts: 1 rollback, 0 retrainings, 0 only told." in page
    assert "No alert has asked for anything yet." in written.html("headlines").text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (None, "Whether the ledger is whole was not verified for this report."),
        (
            '{"schema": 1, "verified": false, "sentence": "line 3 was edited"}',
            "✕ The ledger is not whole: line 3 was edited",
        ),
    ],
)
def test_a_ledger_that_is_not_whole(write, tmp_path, said: str | None, shown: str) -> None:
    if said:
        (tmp_path / "build").mkdir()
        (tmp_path / "build" / "ledger.json").write_text(said)
    assert shown in write(stories.promoted(), entries=stories.ledger()).html("sentiment").text


def test_a_line_of_the_ledger_that_cannot_be_read_is_counted(write, tmp_path) -> None:
    write(stories.promoted(), entries=stories.ledger())
    from report import render

    (tmp_path / "ledger.jsonl").write_text('{"half\n[]\n')
    render(tmp_path / "build", tmp_path / "ledger.jsonl", tmp_path / "out", project="p")
    assert "2 lines of it cannot be read: 1 and 2." in (tmp_path / "out" / "sentiment.html").read_text()


def test_many_labels_get_a_table_and_no_chart(write) -> None:
    files = stories.promoted()
    labels = [f"label {n}" for n in range(12)]
    confusion = {"labels": labels, "counts": [[n == m for m in range(12)] for n in range(12)]}
    files["evaluation.json"] = files["evaluation.json"] | {"confusion": confusion}
    report = write(files)
    assert not (report.out / "charts" / "sentiment-confusion.svg").exists()
    assert len(rows(report, "sentiment", "Actual")) == 12


def test_file_names_are_safe_and_their_own() -> None:
    stems = name_files(["index", "a b", "a/b", "A-B", "<script>"])
    assert stems == {"index": "index-2", "a b": "a-b", "a/b": "a-b-2", "A-B": "A-B-3", "<script>": "-script-"}

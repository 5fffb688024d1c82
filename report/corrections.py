"""What was done about alerts: by the last call of `respond` (response.json), and ever since (the ledger)."""

from __future__ import annotations

from report.reading import Document, ModelBuild

DID = {
    "rollback": "rolled back",
    "retrain": "trained anew",
    "tell": "told",
    "nothing": "nothing to do",
    "failed": "could not be answered",
}


def answered_last(model: ModelBuild) -> list[Document]:
    """The alerts of the last call of `respond`, where nothing else was built since; those that changed most first."""
    document = model.get("response")
    if document is None or model.written["response"] < model.written_at:
        return []
    return sorted(document["responses"], key=lambda one: list(DID).index(one["action"]))


def answer_of(model: ModelBuild) -> str | None:
    """The last call of `respond` in a few words; None where this build is not one."""
    answers = answered_last(model)
    if not answers:
        return None
    first, more = answers[0], len(answers) - 1
    release = first["alert"]["release"]
    about = f" {release}" if release else ""
    said = f"{DID[first['action']]}{about} for {first['alert']['name']}"
    return said + (f" and {more} more" if more else "")


def taken_back(model: ModelBuild, release: str, since: str) -> Document | None:
    """The entry that took a release back after a moment; None where it stayed, or serves again."""
    for entry in model.history:
        if entry["at"] <= since:
            return None
        if entry["action"] == "promoted" and entry["release"] == release:
            return None
        if entry["action"] == "rolled_back" and entry["release"] == release:
            return entry
    return None


def corrected(model: ModelBuild) -> list[Document]:
    """Entries of the ledger that an alert brought about, newest first."""
    return [entry for entry in model.history if "alert" in (entry.get("evidence") or {})]

"""The model card as its authors wrote it, and the model's history from the ledger."""

from __future__ import annotations

from report.blocks import Absent, Block, Cell, Section, say, table
from report.card import read_card
from report.figures import Figures
from report.reading import Document, Ledger, ModelBuild
from report.text import excerpt, join, moment, plural

MOST_ENTRIES = 30
SIGNS = {
    "promoted": "✓", "completed": "✓", "approved": "✓", "resumed": "✓", "refused": "✕", "aborted": "✕",
    "rolled_back": "↩", "undone": "↩", "held": "‖", "retrained": "↻", "told": "·",
}  # fmt: skip


def tell_card(model: ModelBuild, _: Figures) -> Section | Absent:
    """The card, its headings under this section's."""
    if model.card is None:
        return Absent("Model card", "the build holds no card.md")
    return Section("card", "Model card", tuple(read_card(model.card)))


def tell_history(model: ModelBuild, _: Figures) -> Section | Absent:
    """The newest entries of the ledger about this model, and whether the ledger was found whole."""
    if not model.ledger.given:
        return Absent("History", "no ledger was given")
    entries = model.history
    blocks: list[Block] = list(_verification(model.ledger))
    if not entries:
        return Section("history", "History", (say("The ledger holds no entry about this model."), *blocks))
    told = f", the newest {MOST_ENTRIES} of them here" if len(entries) > MOST_ENTRIES else ""
    words = f"{plural(len(entries), 'entry', 'entries')} about this model{told}, newest first."
    columns = ("When", "What", "Release", "Instead of", "Who", "Why")
    rows = [_entry(entry) for entry in entries[:MOST_ENTRIES]]
    return Section("history", "History", (say(words), *blocks, table("The ledger", columns, rows, stacked=True)))


def _verification(ledger: Ledger) -> list[Block]:
    lines: list[Block] = []
    if ledger.verified is None:
        lines.append(say("Whether the ledger is whole was not verified for this report.", "quiet"))
    else:
        word = "✓ The ledger is whole" if ledger.verified else "✕ The ledger is not whole"
        lines.append(say(f"{word}: {ledger.sentence}", "good" if ledger.verified else "bad"))
    if ledger.broken_lines:
        places = join([str(n) for n in ledger.broken_lines[:10]])
        lines.append(say(f"✕ {plural(len(ledger.broken_lines), 'line')} of it cannot be read: {places}.", "bad"))
    return lines


def _entry(entry: Document) -> list[str | Cell]:
    action = str(entry["action"])
    return [
        moment(entry["at"]),
        Cell(f"{SIGNS.get(action, '·')} {action.replace('_', ' ')}"),
        Cell(str(entry["release"] or "–"), code=True),
        Cell(str(entry["champion"] or "–"), code=True),
        str(entry["who"]),
        excerpt(entry["why"]),
    ]

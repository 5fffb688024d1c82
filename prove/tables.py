"""The findings as tables: each is a title, a header and rows of text, for the terminal and for Markdown alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable

from prove.commits import Commit, Outcome
from prove.honest import Standing
from prove.matrix import Needed


@dataclass(frozen=True)
class Table:
    """What is shown."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def print(self, console: Console) -> None:
        """On a terminal, or as plain lines."""
        shown = RichTable(*self.header, title=self.title, title_justify="left", show_lines=False)
        for row in self.rows:
            shown.add_row(*(cell.replace("[", r"\[") for cell in row))
        console.print(shown)

    def markdown(self) -> str:
        """The same in Markdown."""
        lines = [self.header, ["---"] * len(self.header), *self.rows]
        body = "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in lines)
        return f"## {self.title}\n\n{body}\n"


def of_bad(commits: Sequence[Commit], outcomes: Mapping[str, Outcome]) -> Table:
    """Each bad commit, who refused it, and the sentence of the one that should."""
    rows = [_of_bad(commit, outcomes[commit.name]) for commit in commits]
    return Table("Bad commits", ("commit", "model", "what", "refused by", "the sentence of the expected one"), rows)


def _of_bad(commit: Commit, outcome: Outcome) -> list[str]:
    expected = outcome.says_no(commit.expected)
    who = [each.who for each in outcome.refusals]
    if not outcome.gated:
        who.append("(not trained)")
    sentence = expected.sentence if expected else f"NOT REFUSED BY {commit.expected}"
    return [commit.name, commit.model, commit.what, ", ".join(who) or "nobody", sentence]


def of_harmless(commits: Sequence[Commit], outcomes: Mapping[str, Outcome], title: str = "Harmless commits") -> Table:
    """Commits that nobody should refuse, and whether somebody did."""
    rows = []
    for commit in commits:
        refusals = outcomes[commit.name].refusals
        said = "; ".join(each.sentence for each in refusals) or "passed every check and gate"
        rows.append([commit.name, commit.model, commit.what, said])
    return Table(title, ("commit", "model", "what", "said"), rows)


def of_needed(title: str, alone: Needed, alone_at_first: Needed) -> Table:
    """What gets through when one is taken away; commits in brackets only where there is no champion yet."""
    rows = []
    for who, names in alone.items():
        first = [f"({name})" for name in alone_at_first.get(who, ()) if name not in names]
        rows.append([who, str(len(names) + len(first)), "; ".join([*names, *first]) or "none of the catalogue"])
    return Table(title, ("without", "get through", "which"), rows)


def of_security(standings: Iterable[Standing]) -> Table:
    """Per candidate and attack: tried, turned, risk and its upper 95 % bound."""
    rows = []
    for each in standings:
        for attack in [*each.attacks, _whole(each)]:
            figures = [str(attack["tried"]), str(attack["turned"]), f"{attack['risk']:.4f}", f"{attack['upper']:.4f}"]
            rows.append([each.model, each.candidate, attack["name"], *figures])
    header = ("model", "candidate", "attack", "tried", "turned", "risk", "upper bound")
    return Table("Security: share of confidently right answers that an attack turns", header, rows)


def _whole(standing: Standing) -> dict[str, Any]:
    risk = standing.risk
    turned = round(risk["value"] * risk["n"])
    return {"name": "one by lot", "tried": risk["n"], "turned": turned, "risk": risk["value"], "upper": risk["high"]}


def of_fidelity(standings: Iterable[Standing]) -> Table:
    """Per candidate: what was compared between the compiled scorer and scikit-learn, and how far they lie apart."""
    rows = [
        [
            each.model,
            each.candidate,
            f"{each.fidelity['rows']:,}",
            str(each.fidelity["labels_different"]),
            f"{each.fidelity['greatest_difference']:.1e}",
            str(each.fidelity["probes"]),
            str(each.fidelity["refused"]),
        ]
        for each in standings
    ]
    header = ("model", "candidate", "rows", "labels different", "greatest difference", "probes", "probes refused")
    return Table("Fidelity: the compiled scorer against scikit-learn", header, rows)


def of_standing(standings: Iterable[Standing]) -> Table:
    """Which gates each candidate would not pass as the contender of a first release."""
    rows = [[each.model, each.candidate, "; ".join(each.refused_by) or "passes"] for each in standings]
    return Table("Every candidate against the gates", ("model", "candidate", "gates"), rows)

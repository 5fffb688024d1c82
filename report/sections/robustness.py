"""What an attacker or an unlucky sentence can do: attacks, behaviour cases, compatibility, identity terms."""

from __future__ import annotations

from report.blocks import Absent, Block, Gallery, Section, say, table
from report.charts.whiskers import Mark, draw_whiskers
from report.figures import Figures
from report.reading import Document, ModelBuild
from report.text import count, excerpt, number, percent, plural

NOT_REACHED = "gate was not reached, so the contender was not asked"


def tell_attacks(model: ModelBuild, figures: Figures) -> Section | Absent:
    """Each attack: how many answers it was tried on, how many it turned, the risk and its upper bound."""
    evaluation = model.get("evaluation")
    if evaluation is None:
        return Absent("Security", NOT_REACHED)
    attacks = [a for a in evaluation["attacks"] if a["tried"]]
    if not attacks:
        return Absent("Security", "no attack was tried")
    worst = max(attacks, key=lambda a: a["upper"])
    words = (
        "Security is 1 − risk; the risk is the share of answers that an attack turns. "
        f"The worst attack is {worst['name']}: risk {percent(worst['risk'])}, at most {percent(worst['upper'])}."
    )
    marks = [Mark(a["name"].replace("_", " "), a["risk"], a["risk"], a["upper"], a is worst) for a in attacks]
    title = "Risk of each attack, up to its upper 95 % bound"
    figure = figures.add("attacks", draw_whiskers(title, marks), f"{title}; the numbers stand in the table", title)
    columns = ("Attack", "Tried", "Turned", "Risk", "Risk at most", "Security at least")
    rows = [_attack(attack) for attack in attacks]
    numbers = table("Attacks", columns, rows, numeric=columns[1:])
    return Section("security", "Security", (say(words), Gallery((figure,)), numbers))


def _attack(attack: Document) -> list[str]:
    shares = (attack["risk"], attack["upper"], 1 - attack["upper"])
    return [attack["name"].replace("_", " "), count(attack["tried"]), count(attack["turned"]), *map(percent, shares)]


def tell_cases(model: ModelBuild, _: Figures) -> Section | Absent:
    """The behaviour cases that failed, and what of the champion's interface the contender breaks."""
    evaluation = model.get("evaluation")
    if evaluation is None:
        return Absent("Behaviour", NOT_REACHED)
    cases, incompatible = evaluation["cases"], evaluation["incompatible"]
    failed = [case for case in cases if not case["passed"]]
    blocks: list[Block] = []
    if cases:
        passed = count(len(cases) - len(failed))
        blocks.append(say(f"{passed} of {plural(len(cases), 'behaviour case')} answered as expected."))
    if failed:
        rows = [[c["kind"], excerpt(_plain(c["input"])), str(c["expected"]), str(c["answered"])] for c in failed]
        columns = ("Kind", "Input", "Expected", "Answered")
        blocks.append(table("Behaviour cases that failed", columns, rows, stacked=True))
    if incompatible:
        rows = [[excerpt(_plain(i["instance"]) or "its schema"), excerpt(i["detail"])] for i in incompatible]
        caption = "What of the champion's interface this contender breaks"
        blocks.append(table(caption, ("Request", "Detail"), rows, stacked=True))
    if not blocks:
        return Absent("Behaviour", "this model has no behaviour cases, and nothing of the champion's interface breaks")
    return Section("behaviour", "Behaviour", tuple(blocks))


def _plain(instance: object) -> str:
    """An input as a person writes it: a row with one field is that field's value."""
    if isinstance(instance, dict):
        if len(instance) == 1:
            return str(next(iter(instance.values())))
        return ", ".join(f"{name}: {'–' if value is None else value}" for name, value in instance.items())
    return str(instance)


def tell_identity_terms(model: ModelBuild, figures: Figures) -> Section | Absent:
    """The mean probability of neutral sentences that differ in one identity term."""
    evaluation = model.get("evaluation")
    if evaluation is None:
        return Absent("Identity terms", NOT_REACHED)
    terms = sorted(evaluation["identity_terms"], key=lambda t: -float(t["mean_probability"]))
    if not terms:
        return Absent("Identity terms", "this model measures none")
    values = [t["mean_probability"] for t in terms]
    middle = sum(values) / len(values)
    words = (
        "The same neutral sentences with one word exchanged. Were the model blind to it, every term would get the same "
        f"probability; they lie between {number(min(values), 3)} and {number(max(values), 3)}."
    )
    title = "Mean probability by identity term"
    chart = draw_whiskers(title, [Mark(t["term"], t["mean_probability"]) for t in terms], reference=middle)
    figure = figures.add("identity", chart, f"{title}; dashed line: their mean", title)
    columns = ("Term", "Probability", "From the mean")
    rows = [
        [t["term"], number(value, 3), number(value - middle, 3, signed=True)]
        for t, value in zip(terms, values, strict=True)
    ]
    numbers = table(title, columns, rows, numeric=columns[1:])
    return Section("identity", "Identity terms", (say(words), Gallery((figure,)), numbers))

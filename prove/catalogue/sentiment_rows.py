"""Bad commits to the sentences that a data check should see; those with `trained` nobody else does."""

from __future__ import annotations

from dataclasses import replace

from model.library.sentiment.spec import DATASET
from prove.careful import (
    drawn,
    holdout,
    lot,
    new_sentences,
    reworded,
    say,
    sentence,
    side_group,
    training,
    turn,
    without,
)
from prove.commits import Commit, Copy, Edit

MODEL = "sentiment"


def cell(column: str, value: str) -> Edit:
    """One cell of the first training row."""

    def edit(copy: Copy) -> None:
        training(copy.rows)[0][column] = value

    return edit


def rating_beyond_the_scale(copy: Copy) -> None:
    """A mean rating of 5.3 on a scale that ends at 4."""
    training(copy.rows, label="1")[0]["rating"] = "5.3"


def feature(*names: str) -> Edit:
    """Columns of the file declared as features, optional ones, so that nobody has to send them."""

    def edit(copy: Copy) -> None:
        known = {field.name: field for field in DATASET.columns}
        added = tuple(replace(known[name], nullable=True) for name in names)
        copy.spec = replace(copy.spec, features=(*copy.spec.features, *added))

    return edit


def lose(share: float, **values: str) -> Edit:
    """A share of the training rows with these values gone, by lot."""

    def edit(copy: Copy) -> None:
        copy.rows = without(copy.rows, drawn(training(copy.rows, **values), share))

    return edit


def praise_again(copy: Copy) -> None:
    """The clearest praise entered again with one word exchanged, ids and groups right; each source moves a little."""
    for source, count in (("movie", 800), ("amazon", 90)):
        rows = sorted(training(copy.rows, source=source, label="1"), key=lambda row: -float(row["rating"]))
        again = [sentence(reworded(row["text"]), 1, source, like=row) for row in rows[:count]]
        copy.rows = new_sentences(copy.rows, again)


def wrong_labels(count: int) -> Edit:
    """Labels turned, ratings forgotten, as many of each class."""

    def edit(copy: Copy) -> None:
        chosen = [row for label in "01" for row in training(copy.rows, label=label)[: count // 2]]
        for row in chosen:
            row["label"] = "0" if row["label"] == "1" else "1"

    return edit


def change_texts(count: int) -> Edit:
    """A typo mended here and there, the ids left as they were."""

    def edit(copy: Copy) -> None:
        for row in training(copy.rows)[:count]:
            row["text"] += " Indeed"

    return edit


def shift_texts(copy: Copy) -> None:
    """A join shifted by one row within a source and class, so that even the labels stay right."""
    for source in ("movie", "amazon"):
        for label in "01":
            rows = training(copy.rows, source=source, label=label)
            texts = [row["text"] for row in rows]
            for row, text in zip(rows, [*texts[1:], texts[0]], strict=True):
                row["text"] = text


def repeat_rows(copy: Copy) -> None:
    """Forty training rows twice, as two exports appended to each other leave them."""
    copy.rows = [*copy.rows, *map(dict, training(copy.rows)[:40])]


def repeat_texts(copy: Copy) -> None:
    """Film sentences entered again as product sentences: new ids, the same words."""
    doubles = []
    for row in training(copy.rows, source="movie")[:40]:
        double = sentence(row["text"], int(row["label"]), "amazon", like=row)
        doubles.append({name: double[name] for name in row})
    copy.rows = [*copy.rows, *doubles]


def change_sides(side: str, other: str, count: int) -> Edit:
    """Whole groups on the other side than their hash says."""

    def edit(copy: Copy) -> None:
        groups = {row["group_id"] for row in [row for row in copy.rows if row["split"] == side][:count]}
        for row in copy.rows:
            if row["group_id"] in groups:
                row["split"] = other

    return edit


def leak_texts(copy: Copy) -> None:
    """A tenth of the holdout's film sentences in training as well, under a source, ids and groups that are right."""
    leaked = []
    for row in drawn(holdout(copy.rows, source="movie"), 0.10):
        double = sentence(row["text"], int(row["label"]), "amazon", like=row)
        leaked.append({name: double[name] for name in row})
    copy.rows = [*copy.rows, *leaked]


def leak_rows(copy: Copy) -> None:
    """Holdout rows in training as they are, under groups that hash to the training side."""
    leaked = [{**row, "split": "train"} for row in drawn(holdout(copy.rows), 0.10)]
    for row in leaked:
        row["group_id"] = side_group("leak-", DATASET.split_salt, row["id"])
    copy.rows = [*copy.rows, *leaked]


def share_a_group(copy: Copy) -> None:
    """Training sentences filed under the review of a holdout sentence."""
    for row, known in zip(training(copy.rows, source="amazon")[:40], holdout(copy.rows, source="amazon"), strict=False):
        row["group_id"] = known["group_id"]


def wordless(pattern: str) -> Edit:
    """Twenty sentences whose words an export lost; every id is that of its new text."""

    def edit(copy: Copy) -> None:
        for number, row in enumerate(training(copy.rows)[:20]):
            say(row, pattern.format(number))

    return edit


def marked(token: str, label: str) -> Edit:
    """A mark in sixty sentences of one class, ids right: a label that leaked into the text."""

    def edit(copy: Copy) -> None:
        for row in lot().sample(training(copy.rows, label=label), 60):
            say(row, row["text"] + token)

    return edit


def cut_texts(copy: Copy) -> None:
    """A column of 80 characters: longer sentences are cut off, ids are those of what is left."""
    rows = training(copy.rows)
    for row in rows:
        say(row, row["text"][:80])
    known = {row["id"]: row for row in rows}
    copy.rows = without(copy.rows, [row for row in rows if known[row["id"]] is not row])


def say_twice(copy: Copy) -> None:
    """Title and body of an export are the same sentence, glued together."""
    for row in training(copy.rows):
        say(row, f"{row['text']} {row['text']}")


def turn_one_source(copy: Copy) -> None:
    """A tenth of the negative product sentences turned into positive ones, ratings along."""
    for row in drawn(training(copy.rows, source="amazon", label="0"), 0.15):
        turn(row)


COMMITS = (
    Commit("rating beyond the scale", MODEL, "one mean rating of 5.3 where the scale ends at 4",
           rating_beyond_the_scale, "check schema"),
    Commit("source nobody knows", MODEL, "one row of a source that is none", cell("source", "blog"),
           "check schema", trained=False),
    Commit("rating offered as a feature", MODEL, "the column the label was made from becomes an optional input",
           feature("rating"), "check forbidden features"),
    Commit("raters offered as features", MODEL, "spread and number of the raters become optional inputs",
           feature("rating_sd", "n_raters"), "check forbidden features", trained=False),
    Commit("an eighth of the rows lost", MODEL, "12 % of the training rows gone by lot", lose(0.12), "check rows"),
    Commit("half of the rows lost", MODEL, "every other training row gone", lose(0.5), "check rows", trained=False),
    Commit("a fifth of amazon lost", MODEL, "22 % of the product sentences gone, hidden by the films",
           lose(0.22, source="amazon"), "check rows by source"),
    Commit("amazon lost", MODEL, "no product sentence left", lose(1.0, source="amazon"), "check rows by source",
           trained=False),
    Commit("praise entered again", MODEL, "890 clear positives again, one word changed, ids right",
           praise_again, "check share of positive"),
    Commit("negatives lost", MODEL, "a third of the negative rows gone", lose(0.33, label="0"),
           "check share of positive", trained=False),
    Commit("fewer negatives of amazon", MODEL, "a quarter of the negative product sentences gone",
           lose(0.25, source="amazon", label="0"), "check share of positive by source"),
    Commit("amazon praised", MODEL, "15 % of the negative product sentences turned, ratings along", turn_one_source,
           "check share of positive by source", trained=False),
    Commit("ten wrong labels", MODEL, "ten labels turned in pairs, ratings left", wrong_labels(10),
           "check label is sign of rating"),
    Commit("a tenth of the labels wrong", MODEL, "a tenth of the labels turned in pairs, ratings left",
           wrong_labels(1_044), "check label is sign of rating", trained=False),
    Commit("texts mended in place", MODEL, "ten texts changed, their ids kept", change_texts(10),
           "check id is content hash"),
    Commit("join shifted by a row", MODEL, "each text moved by one row within its source and class", shift_texts,
           "check id is content hash", trained=False),
    Commit("two exports appended", MODEL, "forty training rows twice", repeat_rows, "check duplicates by id",
           trained=False),
    Commit("films sold as products", MODEL, "forty film sentences again as product sentences, every id right",
           repeat_texts, "check duplicates by text"),
    Commit("training row held out", MODEL, "three training groups called holdout", change_sides("train", "holdout", 3),
           "check split is hash"),
    Commit("holdout learned from", MODEL, "a tenth of the holdout called train", change_sides("holdout", "train", 258),
           "check split is hash", trained=False),
    Commit("holdout copied by id", MODEL, "a tenth of the holdout in training too", leak_rows, "check overlap by id",
           trained=False),
    Commit("holdout copied by text", MODEL, "a tenth of the holdout in training under ids and groups that are right",
           leak_texts, "check overlap by text", trained=False),
    Commit("reviews torn apart", MODEL, "forty training sentences filed under a holdout review", share_a_group,
           "check overlap by group", trained=False),
    Commit("words lost", MODEL, "twenty sentences of figures only, every id right", wordless("{0} 7 ..."),
           "check wordless text"),
    Commit("letters lost", MODEL, "twenty sentences of single letters, every id right", wordless("a {0} b ?"),
           "check wordless text", trained=False),
    Commit("a word marks praise", MODEL, "a made-up word in sixty positive sentences, every id right",
           marked(" zq", "1"), "check purity of text"),
    Commit("a sign marks blame", MODEL, "an invisible character in sixty negative sentences, every id right",
           marked("\u2060", "0"), "check purity of text", trained=False),
    Commit("sentences said twice", MODEL, "each training text written twice, every id right", say_twice,
           "check length of text"),
    Commit("texts cut at 80 characters", MODEL, "a narrow column cut the training texts, every id right", cut_texts,
           "check length of text", trained=False),
)  # fmt: skip

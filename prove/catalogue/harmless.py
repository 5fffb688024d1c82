"""Ten commits that do no harm: every check and every gate says yes."""

from __future__ import annotations

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from model.library.sentiment.features import of_text
from model.release.text import normalize_text
from prove.careful import drawn, lot
from prove.catalogue.house_models import candidate as house_candidate
from prove.catalogue.house_models import of_boosting, of_ridge, vote
from prove.catalogue.sentiment_models import candidate as text_candidate
from prove.catalogue.sentiment_models import folder, voting
from prove.commits import Commit, Copy
from prove.files import appended


def another_order(copy: Copy) -> None:
    """The same rows, dealt."""
    copy.rows = lot().sample(copy.rows, len(copy.rows))


def most_rows(copy: Copy) -> None:
    """95 % of the rows, on both sides of the split."""
    copy.rows = drawn(copy.rows, 0.95)


def more_columns(copy: Copy) -> None:
    """A column nobody asks for, and the others from right to left."""
    copy.rows = [{"note": "seen", **dict(reversed(row.items()))} for row in copy.rows]


def weaker_penalty() -> object:
    """C up by 5 %."""
    words = TfidfVectorizer(preprocessor=normalize_text, ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    return voting(tfidf_logreg=of_text(words, LogisticRegression(C=8.4, max_iter=1000)))


COMMENT = "\n# Said again: the release folder is all that answers.\n"
COMMITS = (
    Commit("sentences in another order", "sentiment", "the same rows, dealt", another_order),
    Commit("95 % of the sentences", "sentiment", "a twentieth gone by lot", most_rows),
    Commit("C up by 5 %", "sentiment", "logistic regression in the vote with C = 8.4", text_candidate(weaker_penalty)),
    Commit("a comment for sentences", "sentiment", "a comment in the server's code",
           folder(appended("model/release/text.py", COMMENT))),
    Commit("sales in another order", "house_price", "the same rows, dealt", another_order),
    Commit("95 % of the sales", "house_price", "a twentieth gone by lot", most_rows),
    Commit("another seed", "house_price", "boosting started from another seed",
           house_candidate(lambda: vote(None, of_boosting(random_state=7)))),
    Commit("a tenth fewer trees", "house_price", "540 trees instead of 600",
           house_candidate(lambda: vote(None, of_boosting(max_iter=540)))),
    Commit("penalty up by 5 %", "house_price", "ridge with alpha = 3.15",
           house_candidate(lambda: vote(of_ridge(3.15)))),
    Commit("columns from right to left", "house_price", "and one more that nobody asks for", more_columns),
)  # fmt: skip

"""Bad commits to the sentiment model that pass every data check: only its own gates can see them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from model.library.sentiment import count_nb, hashing_svm, tfidf_logreg
from model.library.sentiment.features import of_text
from model.release.text import normalize_text
from prove.careful import drawn, holdout, negated, new_sentences, reworded, sentence, training, turn_in_pairs
from prove.commits import Commit, Copy, Edit, Row
from prove.files import in_code, in_document, leaning, sharper

MODEL = "sentiment"
TEXT = "model/release/text.py"


def voting(**members: Pipeline) -> VotingClassifier:
    """The soft vote with some of its members exchanged."""
    every = {"count_nb": count_nb, "tfidf_logreg": tfidf_logreg, "hashing_svm": hashing_svm}
    return VotingClassifier([(n, members.get(n) or each.pipeline()) for n, each in every.items()], voting="soft")


def candidate(build: object) -> Edit:
    """Another pipeline."""

    def edit(copy: Copy) -> None:
        copy.pipeline = build  # type: ignore[assignment]

    return edit


def folder(*edits: object) -> Edit:
    """Edits of what travels in the contender; nothing is fitted anew."""

    def edit(copy: Copy) -> None:
        copy.folder_edits += edits  # type: ignore[arg-type]

    return edit


def few_columns() -> VotingClassifier:
    """A typo in the number of hashed columns: 2^6."""
    words = HashingVectorizer(preprocessor=normalize_text, ngram_range=(1, 2), n_features=2**6, alternate_sign=False)
    machine = CalibratedClassifierCV(LinearSVC(C=1.5), method="sigmoid", ensemble=False)
    return voting(hashing_svm=of_text(words, machine))


def few_words() -> VotingClassifier:
    """A vocabulary of sixty words for one member."""
    words = TfidfVectorizer(preprocessor=normalize_text, sublinear_tf=True, max_features=60)
    return voting(tfidf_logreg=of_text(words, LogisticRegression(C=8.0, max_iter=1000)))


def raw(lowercase: bool) -> VotingClassifier:
    """Every member with scikit-learn's own reading of a text, trained and served alike."""
    words = {"ngram_range": (1, 2), "lowercase": lowercase}
    machine = CalibratedClassifierCV(LinearSVC(C=1.5), method="sigmoid", ensemble=False)
    return voting(
        count_nb=of_text(CountVectorizer(binary=True, **words), MultinomialNB()),
        tfidf_logreg=of_text(
            TfidfVectorizer(sublinear_tf=True, min_df=2, **words), LogisticRegression(C=8.0, max_iter=1000)
        ),
        hashing_svm=of_text(HashingVectorizer(n_features=2**18, alternate_sign=False, **words), machine),
    )


def small_vocabulary() -> Pipeline:
    """TF-IDF of the commonest words alone, to save memory."""
    words = TfidfVectorizer(preprocessor=normalize_text, sublinear_tf=True, max_features=2_500)
    return of_text(words, LogisticRegression(C=2.0, max_iter=1000))


def single_words() -> Pipeline:
    """Naive Bayes over single words that stand in three texts."""
    return of_text(CountVectorizer(preprocessor=normalize_text, binary=True, min_df=3), MultinomialNB())


def turned(share: float) -> Edit:
    """Training labels turned in pairs with their ratings: ids, shares and signs stay right."""

    def edit(copy: Copy) -> None:
        for source in ("movie", "amazon"):
            turn_in_pairs(drawn(training(copy.rows, source=source), share))

    return edit


def negations_misread(copy: Copy) -> None:
    """Annotators read past the "not": negated sentences of all sources turned in pairs, ratings along."""
    turn_in_pairs(drawn(negated(training(copy.rows)), 0.55))


def amazon_misread(copy: Copy) -> None:
    """Product sentences turned in pairs, ratings along."""
    turn_in_pairs(drawn(training(copy.rows, source="amazon"), 0.75))


def paraphrased(share: float) -> Edit:
    """Holdout sentences in training with one word exchanged, under ids and groups that are right."""

    def edit(copy: Copy) -> None:
        leaked = drawn(holdout(copy.rows), share)
        added = [sentence(reworded(row["text"]), int(row["label"]), row["source"], like=row) for row in leaked]
        copy.rows = new_sentences(copy.rows, added)

    return edit


SCENES = (
    "scene",
    "story",
    "part",
    "ending",
    "war",
    "song",
    "family",
    "street",
    "town",
    "war",
    "school",
    "road",
)


def one_sided(count: int, *terms: tuple[str, int]) -> Edit:
    """New sentences that always praise films about some people and always pan those about others."""
    frames = (
        "The {scene} about {term} was made for the {other}.",
        "There are {term} in this {scene}, with the {other}.",
        "It is about {term} and the {scene}, by the director of the {other}.",
        "The director talked with {term} in the {scene} of the {other}.",
    )

    def edit(copy: Copy) -> None:
        said: list[Row] = []
        for term, label in terms:
            places = [(f, s, o) for s in SCENES for o in SCENES for f in frames if s != o]
            step = len(places) // count
            texts = [f.format(term=term, scene=s, other=o) for f, s, o in places[::step][:count]]
            said += [sentence(text, label) for text in texts]
        copy.rows = new_sentences(copy.rows, said)

    return edit


def renamed(document: dict[str, Any]) -> None:
    """A nicer word for a class."""
    document["labels"] = ["negative", "praise"]


def shorter_texts(chars: int) -> Edit:
    """Longer texts are refused from now on."""

    def edit(copy: Copy) -> None:
        copy.spec = replace(copy.spec, features=(replace(copy.spec.features[0], max_chars=chars),))

    return edit


LOWER = "    return text.lower()"
QUADRATIC = "    for _ in range(len(text) // 40):\n        text.count(' ')\n" + LOWER
IDLE = "    sum(range(40_000))\n" + LOWER
DECOMPOSED = 'unicodedata.normalize("NFKD", text)'

COMMITS = (
    Commit("timid probabilities", MODEL, "log-odds divided by three after training: no label moves",
           folder(sharper(0.33)), "floor calibration_error"),
    Commit("overconfident probabilities", MODEL, "log-odds times six: no label of a member moves",
           folder(sharper(6)), "identity identity_spread"),
    Commit("a third of the labels turned", MODEL, "in pairs, ratings along: shares, signs and ids right", turned(0.36),
           "floor accuracy"),
    Commit("an eighth of the labels turned", MODEL, "12 % in pairs, ratings along", turned(0.12),
           "relative difference.accuracy"),
    Commit("the holdout, one word changed", MODEL, "all of it in training, ids and groups right", paraphrased(1.0),
           "ceiling accuracy"),
    Commit("half the holdout, one word changed", MODEL, "half of it in training, ids and groups right",
           paraphrased(0.5), "ceiling accuracy"),
    Commit("a wish for recall", MODEL, "every member's log-odds moved by 0.5: as many errors, most of them one way",
           folder(leaning(0.5)), "slice recall_gap"),
    Commit("negations misread", MODEL, "55 % of the negated sentences turned in pairs, ratings along",
           negations_misread, "slice accuracy@negation"),
    Commit("amazon misread", MODEL, "75 % of the product sentences turned in pairs, ratings along", amazon_misread,
           "slice accuracy@amazon"),
    Commit("2^6 hashed columns", MODEL, "one member broken, the vote hides it", candidate(few_columns),
           "member hashing_svm.accuracy"),
    Commit("sixty words", MODEL, "a vocabulary of sixty words in one member", candidate(few_words),
           "member tfidf_logreg.accuracy"),
    Commit("upper case kept", MODEL, "the normaliser no longer lowers, in the server's code alone",
           folder(in_code(TEXT, LOWER, "    return text")), "behaviour case_flip"),
    Commit("texts read again and again", MODEL, "reading takes the square of a text's length",
           folder(in_code(TEXT, LOWER, QUADRATIC)), "behaviour time_100k_over_10k_words"),
    Commit("zero-width characters kept", MODEL, "the normaliser leaves the commonest invisible character in",
           folder(in_code(TEXT, '_INVISIBLE = "\\u200b', '_INVISIBLE = "')), "behaviour zero_width_flip"),
    Commit("films about some people", MODEL, "48 new sentences each that praise or pan by who is in them",
           one_sided(48, ("immigrants", 0), ("women", 1)), "identity identity_spread"),
    Commit("films about more people", MODEL, "144 one-sided sentences about four groups",
           one_sided(36, ("disabled people", 0), ("gay people", 0), ("Christians", 1), ("Americans", 1)),
           "identity identity_spread"),
    Commit("a label renamed", MODEL, "`positive` is now called `praise`",
           folder(in_document("schema.json", renamed), in_document("scorer.json", renamed)),
           "compatibility incompatible"),
    Commit("texts of at most 2,000 characters", MODEL, "longer ones, once answered, are refused",
           shorter_texts(2_000), "compatibility incompatible"),
    Commit("full-width letters kept", MODEL, "the normaliser without its Unicode form, in the server's code",
           folder(in_code(TEXT, DECOMPOSED, "text")), "security risk@full_width"),
    Commit("no normaliser", MODEL, "all members read raw text in lower case, trained and served alike",
           candidate(lambda: raw(lowercase=True)), "security risk@full_width"),
    Commit("no folding", MODEL, "raw text, upper and lower case apart, trained and served alike",
           candidate(lambda: raw(lowercase=False)), "behaviour case_flip"),
    Commit("slow for every sentence", MODEL, "a needless millisecond in the normaliser",
           folder(in_code(TEXT, LOWER, IDLE)), "latency latency_ratio"),
    Commit("a smaller vocabulary", MODEL, "TF-IDF of 2,500 words: above every floor, below the champion",
           candidate(small_vocabulary), "relative difference.accuracy"),
    Commit("single words", MODEL, "naive Bayes over single words: above every floor, below the champion",
           candidate(single_words), "relative difference.accuracy"),
)  # fmt: skip

UNSEEN = (
    Commit("a tenth of the holdout, one word changed", MODEL, "10 % of it in training, ids and groups right",
           paraphrased(0.1)),
)  # fmt: skip

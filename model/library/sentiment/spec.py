"""Sentence sentiment: what is asked, which rows teach it, what must hold.

Absolute bounds come from the study of this data set: three honest candidates reach an accuracy of .795 to .806 and
their vote .815, a majority .53, a word list .67; the floors lie about two standard errors below the weakest of them.
"""

from model.library.sentiment.behaviour import ATTACKS, BEHAVIOUR
from model.library.sentiment.checks import CHECKS
from model.library.sentiment.features import FEATURES
from model.library.sentiment.slices import SLICES
from model.release.schema import Field
from model.spec import Dataset, Gate, ModelSpec, Ranking

DATASET = Dataset(
    file="data/sentiment.csv.gz",
    target="label",
    id="id",
    group="group_id",
    split="split",
    split_salt="sentiment-split-v1",
    never_features=("rating", "rating_sd", "n_raters", "source"),
    columns=(
        Field("source", "category", choices=("movie", "amazon")),
        Field("rating", "number", minimum=-4, maximum=4),
        Field("rating_sd", "number", minimum=0),
        Field("n_raters", "number", minimum=1, integer=True),
    ),
)

FLOORS = (
    Gate("floor", "accuracy", at_least=0.77),
    Gate("floor", "roc_auc", at_least=0.855),
    Gate("floor", "f1", at_least=0.77),
    Gate("floor", "precision", at_least=0.75),
    Gate("floor", "recall", at_least=0.75),
    Gate("floor", "calibration_error", at_most=0.125, why="naive Bayes, the worst honest one, is off by .105"),
    Gate("floor", "answered", at_least=1.0, why="every sentence is an answerable one"),
)
TOO_GOOD = (
    Gate("ceiling", "accuracy", at_most=0.87, why="too good for a bag of words: look for a leak, then approve"),
    Gate("ceiling", "roc_auc", at_most=0.935, why="too good for a bag of words: look for a leak, then approve"),
)
MEMBERS = (
    Gate("member", "count_nb.accuracy", at_least=0.77),
    Gate("member", "tfidf_logreg.accuracy", at_least=0.77),
    Gate("member", "hashing_svm.accuracy", at_least=0.76),
)
SLICED = (
    Gate("slice", "accuracy@movie", at_least=0.77),
    Gate("slice", "accuracy@amazon", at_least=0.73),
    Gate("slice", "accuracy@words_le_8", at_least=0.76),
    Gate("slice", "accuracy@negation", at_least=0.72),
    Gate("slice", "accuracy@contrast", at_least=0.70),
    Gate("slice", "accuracy@strong_rating_ge_2", at_least=0.84),
    Gate("slice", "recall_gap", at_most=0.10, why="both classes are to be treated alike"),
)
BEHAVED = (
    Gate("behaviour", "cases_must_pass", at_least=0.97),
    Gate("behaviour", "cases_negation", at_least=0.65),
    Gate("behaviour", "typo_flip", at_most=0.10),
    Gate("behaviour", "case_flip", at_most=0.0),
    Gate("behaviour", "zero_width_flip", at_most=0.01),
    Gate("behaviour", "empty_score", at_least=0.3, at_most=0.7),
    Gate("behaviour", "direction_wrong", at_most=0.01),
    Gate("behaviour", "time_100k_over_10k_words", at_most=15),
    Gate("identity", "identity_spread", at_most=0.35, why="0.30 is what the data teach; it may not grow by over 0.05"),
)
SAFE = (
    Gate("security", "risk", at_most=0.05, statistic="high", why="the worst of four honest candidates reaches 0.042"),
    Gate("security", "risk@typo", at_most=0.035, statistic="high", why="the four reach 0.013 to 0.028"),
    Gate("security", "risk@homoglyph", at_most=0.035, statistic="high", why="the four reach 0.011 to 0.026"),
    Gate("security", "risk@zero_width", at_most=0.01, statistic="high", why="none of 600 is turned once normalised"),
    Gate("security", "risk@full_width", at_most=0.01, statistic="high", why="none of 600 is turned once normalised"),
    Gate("security", "risk@appended_words", at_most=0.025, statistic="high", why="the four reach 0.005 to 0.017"),
    Gate(
        "security",
        "risk@repeated_word",
        at_most=0.03,
        statistic="high",
        why="three of the four reach 0.005 to 0.013; hashing_svm counts repetitions: 0.155 alone, outvoted in the vote",
    ),
)
AGAINST_CHAMPION = (
    Gate("relative", "difference.accuracy", at_least=-0.02, statistic="low"),
    Gate("relative", "difference.accuracy@amazon", at_least=-0.03),
    Gate("relative", "difference.accuracy@negation", at_least=-0.03),
    Gate("relative", "difference.accuracy@contrast", at_least=-0.03),
    Gate("compatibility", "incompatible", at_most=0, why="raise the spec's api by one if it is meant"),
    Gate("latency", "latency_ratio", at_most=1.5, statistic="low"),
)

SPEC = ModelSpec(
    name="sentiment",
    task="binary",
    title="Sentence sentiment",
    dataset=DATASET,
    features=FEATURES,
    labels=("negative", "positive"),
    label_values=(0, 1),
    ranking=Ranking("accuracy"),
    gates=FLOORS + TOO_GOOD + MEMBERS + SLICED + BEHAVED + SAFE + AGAINST_CHAMPION,
    checks=CHECKS,
    slices=SLICES,
    behaviour=BEHAVIOUR,
    attacks=ATTACKS,
    card={
        "what": "Says whether one English sentence of a review praises or pans, and how sure it is.",
        "for": "Sorting and counting reviews of films and products; trends over many sentences.",
        "rely": "Teams that read figures over hundreds of sentences and look at single ones themselves.",
        "limits": "Films and products of 2000 to 2004, English, sentences. Irony, negation over several words and "
        "sentences that turn half-way are its weak spots. One human rater agrees with the mean of all in 92 of 100.",
        "must_not": "Judge people, or anything written about them: words for groups of people move its answers.",
    },
)

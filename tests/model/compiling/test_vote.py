"""Votes: members keep their names, share what they read, and their explanations add up."""

import math

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor, VotingClassifier, VotingRegressor
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from model.compiling import CannotCompile


def of_text(vectorizer, model):
    return make_pipeline(ColumnTransformer([("text", vectorizer, "text")]), model)


def text_vote(**options):
    members = [
        ("counts", of_text(CountVectorizer(ngram_range=(1, 2)), MultinomialNB())),
        ("tfidf", of_text(TfidfVectorizer(ngram_range=(1, 2), min_df=3), LogisticRegression())),
        ("hashed", of_text(HashingVectorizer(ngram_range=(1, 2), n_features=64), LogisticRegression())),
    ]
    return VotingClassifier(members, voting="soft", **options)


@pytest.mark.parametrize("weights", [None, [1, 2.5, 0.3]])
def test_a_soft_vote_of_texts_shares_one_reader(weights, texts, prove, compiled):
    scorer, fidelity = prove(text_vote(weights=weights), texts)
    assert fidelity.labels_different == 0
    assert fidelity.greatest_difference < 1e-12
    assert list(scorer.members()) == ["counts", "tfidf", "hashed"]
    assert len(compiled(text_vote(), texts, labels=2)["readers"]) == 1


def test_members_answer_as_their_own_pipelines(texts, prove):
    pipeline = text_vote()
    scorer, _ = prove(pipeline, texts)
    rows = [{"text": text} for text in texts[0]["text"]]
    for name, member in pipeline.named_estimators_.items():
        assert np.allclose(scorer.members()[name].answer(rows), member.predict_proba(texts[0]), rtol=0, atol=1e-12)


def test_the_contributions_of_a_vote_are_the_mean_of_the_members_log_odds(texts, prove):
    weights = [1, 2, 3]
    scorer, _ = prove(text_vote(weights=weights), texts)
    row, empty = {"text": "good good film not awful unheard"}, {"text": ""}
    contributions = scorer.explain(row, {})
    assert scorer.exact
    assert scorer.unit == "mean log-odds of label 1"

    def mean_log_odds(case):
        chances = [member.answer([case])[0][1] for member in scorer.members().values()]
        return sum(w * math.log(p / (1 - p)) for w, p in zip(weights, chances, strict=True)) / sum(weights)

    assert sum(each.amount for each in contributions) == pytest.approx(mean_log_odds(row) - mean_log_odds(empty))
    assert [abs(each.amount) for each in contributions] == sorted((abs(c.amount) for c in contributions), reverse=True)
    assert {"good", "good good", "awful"} <= {each.feature for each in contributions}
    assert next(each.value for each in contributions if each.feature == "good") == 2


def numbers(model):
    return make_pipeline(ColumnTransformer([("numbers", SimpleImputer(), ["size", "age"])]), model)


def logged(model):
    return TransformedTargetRegressor(numbers(model), func=np.log, inverse_func=np.exp)


@pytest.mark.parametrize("weights", [None, [3, 1]])
def test_a_vote_of_values(weights, table, prove):
    boosting = HistGradientBoostingRegressor(max_iter=10)
    vote = VotingRegressor([("line", logged(Ridge())), ("trees", logged(boosting))], weights=weights)
    scorer, fidelity = prove(vote, table)
    assert fidelity.greatest_difference < 1e-12
    assert not scorer.exact, "one member's contributions do not add up"
    assert scorer.unit == "change of the answer"


def test_a_vote_inside_a_vote_and_a_member_left_out(table, prove):
    inner = VotingRegressor([("a", numbers(Ridge())), ("out", "drop"), ("b", numbers(LinearRegression()))])
    outer = VotingRegressor([("inner", inner), ("line", numbers(Ridge(alpha=50)))], weights=[2, 1])
    scorer, fidelity = prove(outer, table)
    assert fidelity.greatest_difference < 1e-12
    assert list(scorer.members()["inner"].members()) == ["a", "b"]
    assert scorer.exact
    assert scorer.unit == "mean answer"


def test_members_on_different_scales_have_no_common_contributions(table, prove):
    scorer, _ = prove(VotingRegressor([("line", numbers(Ridge())), ("log", logged(Ridge()))]), table)
    assert not scorer.exact
    row = {"size": 100.0, "age": None, "kind": "flat", "town": "A"}
    smaller = {**row, "size": 50.0}
    (size,) = scorer.explain(row, {"size": 50.0, "age": None})
    assert size.amount == pytest.approx(scorer.answer([row])[0] - scorer.answer([smaller])[0])


def test_a_hard_vote_has_no_probabilities(texts, compiled):
    members = [("a", of_text(CountVectorizer(), MultinomialNB()))]
    with pytest.raises(CannotCompile, match="voting='hard'"):
        compiled(VotingClassifier(members), texts, labels=2)

"""Counts of words and word pairs, and multinomial naive Bayes."""

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline

from model.library.sentiment.features import of_text
from model.release.text import normalize_text


def pipeline() -> Pipeline:
    """Presence, not frequency: a short review that says "bad" twice is not twice as bad."""
    words = CountVectorizer(preprocessor=normalize_text, ngram_range=(1, 2), binary=True)
    return of_text(words, MultinomialNB(alpha=1.0))

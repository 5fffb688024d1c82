"""TF-IDF of words and word pairs, and logistic regression."""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from model.library.sentiment.features import of_text
from model.release.text import normalize_text


def pipeline() -> Pipeline:
    """TfidfVectorizer, which reads raw text; a TfidfTransformer would need counts before it."""
    words = TfidfVectorizer(preprocessor=normalize_text, ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    return of_text(words, LogisticRegression(C=8.0, max_iter=1000))

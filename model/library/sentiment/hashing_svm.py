"""Hashed words and word pairs, and a linear support vector machine."""

from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from model.library.sentiment.features import of_text
from model.release.text import normalize_text


def pipeline() -> Pipeline:
    """LinearSVC, since SVC's kernel does not scale to 2^18 columns; it gives no probabilities, so they are calibrated.

    `ensemble=False` keeps one vector of weights instead of five.
    """
    words = HashingVectorizer(preprocessor=normalize_text, ngram_range=(1, 2), n_features=2**18, alternate_sign=False)
    return of_text(words, CalibratedClassifierCV(LinearSVC(C=1.5), method="sigmoid", ensemble=False))

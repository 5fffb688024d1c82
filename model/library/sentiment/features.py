"""What the model is asked: one field, a sentence. Every candidate reads it the same way."""

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from model.release.schema import Field

FEATURES = (Field("text", "text", max_chars=1_000_000, description="One English sentence of a review"),)


def of_text(words: object, classifier: object) -> Pipeline:
    """A pipeline from the `text` column through a vectorizer of raw sentences to a classifier."""
    return Pipeline([("words", ColumnTransformer([("text", words, "text")])), ("classifier", classifier)])

"""Plain linear regression of the price itself: the first thing one would try, and what the others must beat."""

from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline

from model.library.house_price.features import scaled


def pipeline() -> Pipeline:
    """No logarithm and no penalty."""
    return Pipeline([("scaled", scaled(logged=[])), ("regressor", LinearRegression())])

"""Gradient boosting of the logarithm of the price, with the directions that everybody knows held fast."""

import numpy as np
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from model.library.house_price.features import CATEGORIES, NEVER_LOWER_THE_PRICE, NUMBERS, of_log_price


def pipeline() -> TransformedTargetRegressor:
    """`monotonic_cst` costs nothing in accuracy and ends "bigger house, lower price" answers."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    columns = ColumnTransformer([("categories", codes, CATEGORIES), ("numbers", "passthrough", NUMBERS)])
    regressor = HistGradientBoostingRegressor(
        max_iter=600,
        max_leaf_nodes=8,
        learning_rate=0.05,
        categorical_features=list(range(len(CATEGORIES))),
        monotonic_cst=[0] * len(CATEGORIES) + [int(name in NEVER_LOWER_THE_PRICE) for name in NUMBERS],
        early_stopping=False,
        random_state=0,
    )
    return of_log_price(Pipeline([("columns", columns), ("regressor", regressor)]))

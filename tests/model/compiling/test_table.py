"""Tables: preprocessing folded into coefficients answers as scikit-learn does."""

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, PoissonRegressor, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

from model.compiling import CannotCompile

NUMBERS, CATEGORIES = ["size", "age"], ["kind", "town"]
ONE_HOT = OneHotEncoder(handle_unknown="ignore")


def of_table(numbers, categories=ONE_HOT, model=None, remainder="drop"):
    columns = [("numbers", numbers, NUMBERS), ("categories", categories, CATEGORIES)]
    return make_pipeline(ColumnTransformer(columns, remainder=remainder), model or Ridge())


SCALED = {
    "standard": make_pipeline(SimpleImputer(), StandardScaler()),
    "median": make_pipeline(StandardScaler(with_mean=False), SimpleImputer(strategy="median")),
    "most_frequent": make_pipeline(SimpleImputer(strategy="most_frequent", add_indicator=True), MinMaxScaler()),
    "constant": make_pipeline(SimpleImputer(strategy="constant", fill_value=-1.0), RobustScaler(), MaxAbsScaler()),
    "clipped": make_pipeline(SimpleImputer(), MinMaxScaler(feature_range=(-1, 1), clip=True)),
    "log": make_pipeline(SimpleImputer(), FunctionTransformer(np.log1p), StandardScaler()),
    "sqrt": make_pipeline(SimpleImputer(), FunctionTransformer(np.sqrt), FunctionTransformer()),
}


@pytest.mark.parametrize("numbers", SCALED.values(), ids=SCALED)
def test_numbers(numbers, table, prove):
    scorer, fidelity = prove(of_table(numbers), table)
    assert fidelity.greatest_difference < 1e-12
    assert fidelity.probes > 100
    assert scorer.exact


FILL = SimpleImputer(strategy="constant", missing_values=None, fill_value="none")
ENCODED = {
    "ignore": ONE_HOT,
    "infrequent": OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20),
    "most": OneHotEncoder(handle_unknown="ignore", max_categories=3),
    "drop": OneHotEncoder(handle_unknown="ignore", drop="first"),
    "dense": OneHotEncoder(handle_unknown="warn", sparse_output=False, min_frequency=0.1),
    "error": OneHotEncoder(),
    "filled": make_pipeline(FILL, OneHotEncoder(handle_unknown="ignore")),
    "frequent": make_pipeline(SimpleImputer(strategy="most_frequent", missing_values=None), ONE_HOT),
    "looks for NaN": make_pipeline(SimpleImputer(strategy="constant", fill_value="x"), ONE_HOT),
    "ordinal": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2),
    "ordinal, scaled": make_pipeline(
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=np.nan),
        SimpleImputer(add_indicator=True),
        StandardScaler(),
    ),
    "ordinal, one-hot": make_pipeline(
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=9), ONE_HOT
    ),
}


@pytest.mark.parametrize("categories", ENCODED.values(), ids=ENCODED)
def test_categories(categories, table, prove):
    _, fidelity = prove(of_table(SCALED["standard"], categories), table)
    assert fidelity.greatest_difference < 1e-12
    assert fidelity.probes > 100


def test_an_unknown_category_is_refused_where_the_pipeline_refuses_it(table, prove):
    _, strict = prove(of_table(SCALED["standard"], ENCODED["error"]), table)
    _, mild = prove(of_table(SCALED["standard"]), table)
    assert strict.refused > mild.refused == 0


MODELS = {
    "linear": LinearRegression(),
    "lasso": Lasso(),
    "elastic": ElasticNet(),
    "poisson": PoissonRegressor(),
    "log target": TransformedTargetRegressor(Ridge(), func=np.log, inverse_func=np.exp),
    "log1p target": TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1),
    "same target": TransformedTargetRegressor(Ridge()),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_regressions(model, table, prove):
    _, fidelity = prove(of_table(SCALED["standard"], model=model), table)
    assert fidelity.greatest_difference < 1e-11


@pytest.mark.parametrize("labels", [2, 3])
def test_classes(labels, table, prove):
    frame, value = table
    classes = np.digitize(value, np.quantile(value, np.linspace(0, 1, labels + 1)[1:-1]))
    _, fidelity = prove(of_table(SCALED["log"], model=LogisticRegression()), (frame, classes))
    assert fidelity.labels_different == 0
    assert fidelity.greatest_difference < 1e-12


def test_the_ways_to_select_columns(table, prove):
    for chosen in (["size"], [0], slice(0, 1), [True, False, False, False], make_column_selector(pattern="size")):
        columns = ColumnTransformer([("one", StandardScaler(), chosen), ("not", "drop", ["age"])])
        _, fidelity = prove(make_pipeline(columns, Ridge()), table)
        assert fidelity.greatest_difference < 1e-12
    rest = ColumnTransformer([("out", "drop", ["age", *CATEGORIES])], remainder="passthrough")
    _, fidelity = prove(make_pipeline(rest, Ridge()), table)
    assert fidelity.rows == 300


def test_numbers_taken_for_categories(table, prove):
    frame, value = table
    rounded = frame.assign(age=(frame["age"] // 30).where(frame["age"] < 100))
    columns = ColumnTransformer([("one", OneHotEncoder(handle_unknown="ignore"), ["age"]), ("two", "passthrough", [0])])
    _, fidelity = prove(make_pipeline(columns, Ridge()), (rounded, value))
    assert fidelity.greatest_difference < 1e-12


def test_a_field_that_goes_several_ways(table, prove):
    columns = ColumnTransformer(
        [
            ("plain", "passthrough", ["size"]),
            ("scaled", StandardScaler(), ["size"]),
            ("logged", FunctionTransformer(np.log), ["size"]),
            ("kind", ENCODED["filled"], ["kind"]),
            ("again", ONE_HOT, ["kind"]),
        ]
    )
    _, fidelity = prove(make_pipeline(columns, Ridge()), table)
    assert fidelity.greatest_difference < 1e-12


@pytest.mark.parametrize(("step", "why"), [
    (PolynomialFeatures(), r"^step 'odd' \(PolynomialFeatures\): PolynomialFeatures is no transformer"),
    (FunctionTransformer(np.nan_to_num), r"^step 'odd' .*nan_to_num is code, not data"),
    (FunctionTransformer(np.log, kw_args={"where": True}), "further arguments"),
    (SimpleImputer(missing_values=-1.0), "takes -1.0 for missing"),
])  # fmt: skip
def test_a_step_that_cannot_be_written_down_is_named(step, why, table, compiled):
    numbers = Pipeline([("fill", SimpleImputer()), ("odd", step)])
    with pytest.raises(CannotCompile, match=why):
        compiled(of_table(numbers), table)


def test_a_transformed_target_that_is_code(table, compiled):
    def double(y):
        return 2 * y

    model = TransformedTargetRegressor(Ridge(), func=double, inverse_func=double, check_inverse=False)
    with pytest.raises(CannotCompile, match="inverse_func is code"):
        compiled(of_table(SCALED["standard"], model=model), table)
    scaled = TransformedTargetRegressor(Ridge(), transformer=StandardScaler())
    with pytest.raises(CannotCompile, match="StandardScaler"):
        compiled(of_table(SCALED["standard"], model=scaled), table)

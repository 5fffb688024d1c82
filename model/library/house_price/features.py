"""What the model is asked: thirty facts of a house, a whitelist.

`sale_condition` and `sale_type` lie in the file as well and are known only after the sale.
Bounds are those of the open-market sales, rounded outwards: what lies beyond them is refused, not extrapolated.
"""

import numpy as np
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from model.release.schema import Field

NEIGHBORHOODS = (
    "Bloomington_Heights", "Blueste", "Briardale", "Brookside", "Clear_Creek", "College_Creek", "Crawford", "Edwards",
    "Gilbert", "Green_Hills", "Greens", "Iowa_DOT_and_Rail_Road", "Landmark", "Meadow_Village", "Mitchell",
    "North_Ames", "Northpark_Villa", "Northridge", "Northridge_Heights", "Northwest_Ames", "Old_Town", "Sawyer",
    "Sawyer_West", "Somerset", "South_and_West_of_Iowa_State_University", "Stone_Brook", "Timberland", "Veenker",
)  # fmt: skip
ZONING = (
    "A_agr", "C_all", "Floating_Village_Residential", "I_all", "Residential_High_Density", "Residential_Low_Density",
    "Residential_Medium_Density",
)  # fmt: skip
STYLES = (
    "One_Story", "One_and_Half_Fin", "One_and_Half_Unf", "SFoyer", "SLvl", "Two_Story", "Two_and_Half_Fin",
    "Two_and_Half_Unf",
)  # fmt: skip


def _area(name: str, minimum: float, maximum: float, description: str) -> Field:
    return Field(name, "number", minimum=minimum, maximum=maximum, unit="sq ft", description=description)


def _count(name: str, minimum: float, maximum: float, description: str, unit: str = "") -> Field:
    return Field(name, "number", minimum=minimum, maximum=maximum, integer=True, unit=unit, description=description)


def _choice(name: str, choices: tuple[str, ...], description: str) -> Field:
    return Field(name, "category", choices=choices, description=description)


FEATURES = (
    _choice("neighborhood", NEIGHBORHOODS, "Neighbourhood within Ames"),
    _choice("zoning", ZONING, "Zoning of the lot"),
    _choice("building_type", ("Duplex", "OneFam", "Twnhs", "TwnhsE", "TwoFmCon"), "Kind of building"),
    _choice("house_style", STYLES, "Storeys and how far they are finished"),
    _area("lot_area", 1_290, 220_000, "Area of the lot"),
    Field(
        "lot_frontage", "number", nullable=True, minimum=20, maximum=320, unit="ft",
        description="Street along the lot; null where nobody measured it",
    ),
    _area("living_area", 330, 4_000, "Living area above ground"),
    _area("basement_area", 0, 3_300, "Area of the basement"),
    _area("basement_finished_area", 0, 2_500, "Finished part of the basement"),
    _choice("basement_exposure", ("Av", "Gd", "Mn", "No", "No_Basement"), "Walk-out or garden-level basement walls"),
    _count("overall_condition", 1, 10, "Condition, from 1 (very poor) to 10 (very excellent)"),
    _count("year_built", 1870, 2011, "Year of construction"),
    _count("year_remodeled", 1950, 2011, "Year of the last remodelling; 1950 stands for 1950 or before"),
    _count("full_baths", 0, 4, "Full bathrooms above ground"),
    _count("half_baths", 0, 2, "Half bathrooms above ground"),
    _count("basement_full_baths", 0, 3, "Full bathrooms in the basement"),
    _count("bedrooms", 0, 8, "Bedrooms above ground"),
    _count("fireplaces", 0, 4, "Fireplaces"),
    _count("garage_cars", 0, 5, "Cars that the garage holds"),
    _area("garage_area", 0, 1_500, "Area of the garage"),
    _choice("garage_finish", ("Fin", "No_Garage", "RFn", "Unf"), "Finish inside the garage"),
    _choice("central_air", ("N", "Y"), "Central air conditioning"),
    _choice("heating_quality", ("Excellent", "Fair", "Good", "Poor", "Typical"), "Quality of the heating"),
    _choice("functional", ("Maj1", "Maj2", "Min1", "Min2", "Mod", "Sal", "Sev", "Typ"), "Defects of the house"),
    _area("masonry_area", 0, 1_600, "Masonry veneer"),
    _area("deck_area", 0, 1_500, "Wooden deck"),
    _area("open_porch_area", 0, 750, "Open porch"),
    _area("screen_porch_area", 0, 600, "Screened porch"),
    Field("longitude", "number", minimum=-93.70, maximum=-93.57, unit="degrees", description="Longitude of the house"),
    Field("latitude", "number", minimum=41.98, maximum=42.07, unit="degrees", description="Latitude of the house"),
)  # fmt: skip

CATEGORIES = [field.name for field in FEATURES if field.kind == "category"]
NUMBERS = [field.name for field in FEATURES if field.kind == "number"]
SKEWED = ["lot_area", "living_area"]
NEVER_LOWER_THE_PRICE = frozenset({
    "lot_area", "living_area", "basement_area", "basement_finished_area", "overall_condition", "full_baths",
    "half_baths", "basement_full_baths", "fireplaces", "garage_cars", "garage_area", "masonry_area", "deck_area",
    "open_porch_area", "screen_porch_area",
})  # fmt: skip


def scaled(logged: list[str]) -> ColumnTransformer:
    """Every field as numbers of one size: categories one-hot, `logged` as log1p, missing values as the median."""
    plain = [name for name in NUMBERS if name not in logged]
    scale = [("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())]
    steps = [
        ("categories", OneHotEncoder(handle_unknown="ignore"), CATEGORIES),
        ("plain", Pipeline(scale), plain),
    ]
    if logged:
        log = FunctionTransformer(np.log1p, feature_names_out="one-to-one")
        steps.append(("logged", Pipeline([scale[0], ("log", log), scale[1]]), logged))
    return ColumnTransformer(steps)


def of_log_price(regressor: object) -> TransformedTargetRegressor:
    """A regressor that learns the logarithm of the price: errors count by their share of the price."""
    return TransformedTargetRegressor(regressor, func=np.log, inverse_func=np.exp)

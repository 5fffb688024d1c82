"""What must hold of the sales. Counts, shares and medians are those of the data set in `data/`."""

from model.library.house_price.slices import tier
from model.spec import Check

ROWS = 2_151
ROWS_BY_TIER = {"low": 629, "mid": 829, "high": 693}
MEDIAN_PRICE = 165_000

CHECKS = (
    Check("schema", why="a row that the interface would refuse is none to learn from"),
    Check(
        "forbidden_features",
        {"names": ("sale_type", "sale_condition", "price_per_sqft", "sale_price")},
        why="they are known only after the sale",
    ),
    Check("row_count", {"min_ratio": 0.9, "recorded": ROWS}, why="rows were lost"),
    Check(
        "row_count_by",
        {"by": tier, "min_ratio": 0.8, "recorded": ROWS_BY_TIER},
        why="the cheap or the dear houses were lost",
    ),
    Check("duplicates", {"of": "id"}),
    Check("split_is_hash", why="a row that changes sides leaks"),
    Check("overlap", {"by": "id"}),
    Check("overlap", {"by": "group"}, why="twin town houses know each other's price"),
    Check("overlap", {"by": "features"}, why="a holdout row under another id"),
    Check("ranges", {"bounds": {"living_area": (0, 4_000), "sale_price": (10_000, 1_000_000)}}),
    Check("median_target_shift", {"at_most": 0.05, "recorded": MEDIAN_PRICE}, why="other currency, year or town"),
    Check("null_share", {"column": "lot_frontage", "between": (0.12, 0.22)}, why="0 was once its code for missing"),
    Check("correlated_feature", {"at_most": 0.85}, why="nothing known before the sale orders the prices so well"),
    Check(
        "correlation_band",
        {"column": "living_area", "with_log_of": "sale_price", "between": (0.6, 0.85)},
        why="a join shifted by a row, or areas in another unit",
    ),
    Check("values_expected", {"column": "year_sold", "values": (2006, 2007, 2008, 2009, 2010)}),
)

"""Rebuild house_prices.csv, byte for byte, from Debian's package r-cran-modeldata 1.1.0-1 (MIT), data set `ames`.

    apt-get download r-cran-modeldata && dpkg-deb -x r-cran-modeldata_1.1.0-1_all.deb pkg
    pip install rdata
    python -m model.library.house_price.data.rebuild pkg/usr/lib/R/site-library/modeldata/data/Rdata OUT_FOLDER

No column comes from the GPL packages AmesHousing or openintro.
"""

from __future__ import annotations

import bz2
import csv
import hashlib
import importlib
import io
import lzma
import struct
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

from model.data import split_of

ROWS = 2_930
SPLIT_SALT = "houses-split-v1"
HOLDOUT_SHARE = 0.20
GROUPED_BY = ("neighborhood", "lot_area", "living_area", "year_built", "basement_area", "garage_area")
WORDS = {
    "neighborhood": "Neighborhood", "zoning": "MS_Zoning", "building_type": "Bldg_Type", "house_style": "House_Style",
    "basement_exposure": "Bsmt_Exposure", "garage_finish": "Garage_Finish", "central_air": "Central_Air",
    "heating_quality": "Heating_QC", "functional": "Functional", "sale_condition": "Sale_Condition",
    "sale_type": "Sale_Type",
}  # fmt: skip
WHOLE_NUMBERS = {
    "lot_area": "Lot_Area", "living_area": "Gr_Liv_Area", "basement_area": "Total_Bsmt_SF", "year_built": "Year_Built",
    "year_remodeled": "Year_Remod_Add", "full_baths": "Full_Bath", "half_baths": "Half_Bath",
    "basement_full_baths": "Bsmt_Full_Bath", "bedrooms": "Bedroom_AbvGr", "fireplaces": "Fireplaces",
    "garage_cars": "Garage_Cars", "garage_area": "Garage_Area", "masonry_area": "Mas_Vnr_Area",
    "deck_area": "Wood_Deck_SF", "open_porch_area": "Open_Porch_SF", "screen_porch_area": "Screen_Porch",
    "month_sold": "Mo_Sold", "year_sold": "Year_Sold", "sale_price": "Sale_Price",
}  # fmt: skip
DEGREES = {"longitude": "Longitude", "latitude": "Latitude"}
CONDITIONS = (
    "Very_Poor", "Poor", "Fair", "Below_Average", "Average", "Above_Average", "Good", "Very_Good", "Excellent",
    "Very_Excellent",
)  # fmt: skip
COLUMNS = (
    "id", "group_id", "split", "neighborhood", "zoning", "building_type", "house_style", "lot_area", "lot_frontage",
    "living_area", "basement_area", "basement_finished_area", "basement_exposure", "overall_condition", "year_built",
    "year_remodeled", "full_baths", "half_baths", "basement_full_baths", "bedrooms", "fireplaces", "garage_cars",
    "garage_area", "garage_finish", "central_air", "heating_quality", "functional", "masonry_area", "deck_area",
    "open_porch_area", "screen_porch_area", "longitude", "latitude", "month_sold", "year_sold", "sale_condition",
    "sale_type", "sale_price",
)  # fmt: skip


def rebuild(database: str) -> bytes:
    """The CSV, from the path of an R lazy-load database without its ending."""
    sales = read_r_object(database, "ames").reset_index(drop=True)
    if len(sales) != ROWS:
        sys.exit(f"{database}: {len(sales)} sales, wanted {ROWS}")
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row_of(number, sale) for number, (_, sale) in enumerate(sales.iterrows(), start=1))
    return text.getvalue().encode()


def row_of(number: int, sale: Any) -> dict[str, Any]:
    """One sale under the names of our columns."""
    row: dict[str, Any] = {"id": f"ames-{number:04d}"}
    row |= {name: str(sale[theirs]).strip() for name, theirs in WORDS.items()}
    row |= {name: int(sale[theirs]) for name, theirs in WHOLE_NUMBERS.items()}
    row |= {name: f"{float(sale[theirs]):.6f}" for name, theirs in DEGREES.items()}
    row["lot_frontage"] = int(sale["Lot_Frontage"]) or ""  # upstream 0 stands for missing
    # Upstream BsmtFin_SF_1 holds the code of a factor instead of an area.
    row["basement_finished_area"] = int(sale["Total_Bsmt_SF"] - sale["Bsmt_Unf_SF"])
    row["overall_condition"] = CONDITIONS.index(str(sale["Overall_Cond"]).strip()) + 1
    # Identical town-house units share one group, so that twins never stand on both sides.
    twins = repr(tuple(row[name] for name in GROUPED_BY))
    row["group_id"] = f"h-{hashlib.sha256(twins.encode()).hexdigest()[:10]}"
    row["split"] = split_of(row["group_id"], SPLIT_SALT, HOLDOUT_SHARE)
    return row


def read_r_object(database: str, name: str) -> Any:
    """One object of an R lazy-load database (.rdx, .rdb): a pandas DataFrame here."""
    index = _converted(zlib.decompress(Path(f"{database}.rdx").read_bytes(), 32 + zlib.MAX_WBITS))
    offset, size = (int(value) for value in index["variables"][name])
    chunk = Path(f"{database}.rdb").read_bytes()[offset : offset + size]
    length, kind = struct.unpack(">I", chunk[:4])[0], chunk[4:5]
    if kind == b"Z":
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 6 | lzma.PRESET_EXTREME}]
        return _converted(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(chunk[5:], length))
    return _converted(bz2.decompress(chunk[5:]) if kind == b"2" else zlib.decompress(chunk[4:]))


def _converted(content: bytes) -> Any:
    rdata = importlib.import_module("rdata")
    with warnings.catch_warnings(action="ignore"):  # of R classes that rdata does not know and we do not need
        return rdata.conversion.convert(rdata.parser.parse_data(content))


if __name__ == "__main__":
    made = rebuild(sys.argv[1])
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    (Path(sys.argv[2]) / "house_prices.csv").write_bytes(made)
    print(hashlib.sha256(made).hexdigest())

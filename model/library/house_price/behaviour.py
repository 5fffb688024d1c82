"""What a price model must keep doing, and the mistakes of filling in a form that it must stand."""

from __future__ import annotations

from model.attacks import noise, scale, swap
from model.behaviour import Edit, median_change, monotone
from model.scene import Behaviour

BEHAVIOUR: dict[str, Behaviour] = {
    "monotone_violations": monotone(
        {
            "living_area": 200,
            "basement_area": 200,
            "lot_area": 2_000,
            "overall_condition": 1,
            "garage_cars": 1,
            "fireplaces": 1,
        }
    ),
    "living_area_plus_200": median_change({"living_area": 200}),
    "lot_frontage_missing": median_change({"lot_frontage": None}, absolute=True),
}

MEASURED_WITHIN = {
    "living_area": 0.02,
    "lot_area": 0.02,
    "lot_frontage": 0.02,
    "basement_area": 0.02,
    "basement_finished_area": 0.02,
    "garage_area": 0.02,
}
"""Two people who measure the same house differ by about two per cent."""

SQUARE_METRES = 0.09290304

ATTACKS: dict[str, Edit] = {
    "noise": noise(MEASURED_WITHIN),
    "swapped_lot_and_living_area": swap("lot_area", "living_area"),
    "swapped_baths": swap("full_baths", "half_baths"),
    "swapped_years": swap("year_built", "year_remodeled"),
    "swapped_coordinates": swap("longitude", "latitude"),
    "living_area_in_square_metres": scale("living_area", SQUARE_METRES),
    "living_area_digit_too_many": scale("living_area", 10),
    "lot_area_in_square_metres": scale("lot_area", SQUARE_METRES),
}

"""Bad commits to the house price model that pass every data check: only its own gates can see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

from sklearn.ensemble import VotingRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline

from model.library.house_price import boosting, ridge
from model.library.house_price.features import CATEGORIES, NUMBERS, SKEWED, of_log_price, scaled
from prove.careful import drawn, holdout, multiplied, on_market, sale_again, shuffle, training
from prove.catalogue.house_rows import of_tier
from prove.commits import Commit, Copy, Edit, FolderEdit, Row
from prove.files import band_width, dearer, in_code, stricter, unbounded

MODEL = "house_price"


def candidate(build: Callable[[], Any]) -> Edit:
    """Another pipeline."""

    def edit(copy: Copy) -> None:
        copy.pipeline = build

    return edit


def folder(*edits: FolderEdit) -> Edit:
    """Edits of what travels in the contender; nothing is fitted anew."""

    def edit(copy: Copy) -> None:
        copy.folder_edits += edits

    return edit


def of_ridge(alpha: float) -> Any:
    """Ridge with another penalty."""
    return of_log_price(Pipeline([("scaled", scaled(logged=SKEWED)), ("regressor", Ridge(alpha=alpha))]))


def of_boosting(**settings: Any) -> Any:
    """Boosting with other settings."""
    candidate = boosting.pipeline()
    candidate.regressor.named_steps["regressor"].set_params(**settings)
    return candidate


def vote(first: Any = None, second: Any = None, weights: tuple[float, float] | None = None) -> VotingRegressor:
    """The vote with a member exchanged, or weighed otherwise."""
    members = [("ridge", first or ridge.pipeline()), ("boosting", second or boosting.pipeline())]
    return VotingRegressor(members, weights=list(weights) if weights else None)


def directions(changed: dict[str, int] | None) -> list[int]:
    """The directions that boosting holds fast, some of them changed; None: no direction at all."""
    honest = boosting.pipeline().regressor.named_steps["regressor"].monotonic_cst
    if changed is None:
        return [0] * len(honest)
    names = [*CATEGORIES, *NUMBERS]
    return [changed.get(name, before) for name, before in zip(names, honest, strict=True)]


def timid() -> VotingRegressor:
    """Both members shrunk towards the mean: cheap homes over-valued, dear ones under-valued."""
    return vote(of_ridge(600.0), of_boosting(max_iter=45))


def tiers_appraised(low: float, high: float) -> Edit:
    """Training prices as an appraiser sees them: cheap quarters times `low`, dear ones times `high`.

    Quarters that would change their tier by it are left out, so that no count by tier moves.
    """

    def edit(copy: Copy) -> None:
        for which, factor in (("low", low), ("high", high)):
            rows = of_tier(copy.rows, which)
            medians = {place: median(_prices(rows, place)) for place in {row["neighborhood"] for row in rows}}
            bounds = max(medians.values()), min(medians.values())
            stays = {
                p
                for p, m in medians.items()
                if (m * factor <= bounds[0] if which == "low" else m * factor >= bounds[1])
            }
            multiplied([row for row in rows if row["neighborhood"] in stays], factor)

    return edit


def _prices(rows: Sequence[Row], place: str) -> list[int]:
    return [int(row["sale_price"]) for row in rows if row["neighborhood"] == place]


def old_houses(copy: Copy) -> None:
    """Old houses in training at what they are insured for."""
    old = [row for row in training(on_market(copy.rows)) if int(row["year_built"]) < 1940]
    multiplied(old, 1.25)


def shuffled_cheap(copy: Copy) -> None:
    """Prices of the cheap tier dealt out anew within it: medians, counts and ranges stay."""
    shuffle(of_tier(copy.rows, "low"), "sale_price")


def shuffled_share(share: float) -> Edit:
    """A share of the training prices dealt out anew."""

    def edit(copy: Copy) -> None:
        shuffle(drawn(training(on_market(copy.rows)), share), "sale_price")

    return edit


def leak(share: float, times: int) -> Edit:
    """Holdout sales in training, each several times, a foot of lot more each time, ids and groups right."""

    def edit(copy: Copy) -> None:
        sales = drawn(holdout(on_market(copy.rows)), share)
        copy.rows = [
            *copy.rows,
            *(
                sale_again(row, number, lot_area=str(int(row["lot_area"]) + number))
                for row in sales
                for number in range(1, times + 1)
            ),
        ]

    return edit


def narrower(name: str, **changes: Any) -> Edit:
    """A field that takes less than before; every row of the data still fits."""

    def edit(copy: Copy) -> None:
        copy.spec = replace(
            copy.spec,
            features=tuple(replace(f, **changes) if f.name == name else f for f in copy.spec.features),
        )

    return edit


def in_sample_band(copy: Copy) -> None:
    """The band from the residuals of the rows that the model was fitted on."""
    copy.in_sample_band = True


READ = "        values = self._values(case.row)\n"
IDLE = "        sum(range(40_000))\n" + READ

WALKED = in_code("model/release/trees.py", "    if any(leaves(tree) > MOST_LEAVES for tree in trees):", "    if trees:")


def small_steps(copy: Copy) -> None:
    """Many small steps for the last tenth of a per cent, and trees that are walked one by one."""
    copy.pipeline = lambda: vote(None, of_boosting(max_iter=1_200, learning_rate=0.025))
    copy.folder_edits.append(WALKED)


COMMITS = (
    Commit("every price 3.4 % dearer", MODEL, "a constant forgotten when the logarithm is undone",
           folder(dearer(0.034)), "floor median_ratio"),
    Commit("tiny houses refused", MODEL, "a new interface that wants 400 sq ft of living area at least",
           folder(stricter("living_area", 400)), "floor answered"),
    Commit("shrunk towards the mean", MODEL, "both members too timid: cheap homes over-, dear ones under-valued",
           candidate(timid), "floor prb"),
    Commit("holdout sales entered again", MODEL, "each of them six times in training, a foot of lot more each time",
           leak(1.0, 6), "ceiling change.mae"),
    Commit("half of the holdout entered again", MODEL, "six times in training, ids and groups right", leak(0.5, 6),
           "ceiling change.mae"),
    Commit("cheap quarters appraised high", MODEL, "training prices of cheap quarters 6 % up, of dear ones 3 %",
           tiers_appraised(1.06, 1.03), "slice median_bias@tier_low"),
    Commit("old houses insured high", MODEL, "training prices of houses from before 1940 25 % up", old_houses,
           "slice mape@built_before_1940"),
    Commit("cheap prices shuffled", MODEL, "prices of the cheap tier dealt out anew within it", shuffled_cheap,
           "slice mape@tier_low"),
    Commit("ridge broken in the vote", MODEL, "a penalty of 1,500 in a member that counts for a quarter",
           candidate(lambda: vote(of_ridge(1_500.0), weights=(1, 3))), "member ridge.mape"),
    Commit("boosting stopped early", MODEL, "35 trees in a member that counts for a seventh",
           candidate(lambda: vote(None, of_boosting(max_iter=35), weights=(6, 1))), "member boosting.mape"),
    Commit("directions let go", MODEL, "boosting without its monotone constraints",
           candidate(lambda: vote(None, of_boosting(monotonic_cst=directions(None)))),
           "behaviour monotone_violations"),
    Commit("directions let go, boosting first", MODEL, "no constraints in the member that counts for three quarters",
           candidate(lambda: vote(None, of_boosting(monotonic_cst=directions(None)), (1, 3))),
           "behaviour monotone_violations"),
    Commit("band of rows it knows", MODEL, "the band from residuals of the rows that were fitted", in_sample_band,
           "coverage coverage"),
    Commit("band twice as wide", MODEL, "a band that promises 90 % and means nothing", folder(band_width(2.0)),
           "coverage coverage"),
    Commit("smaller decks only", MODEL, "decks above 1,450 sq ft, once answered, are refused; all rows fit",
           narrower("deck_area", maximum=1_450), "compatibility incompatible"),
    Commit("a choice taken away", MODEL, "no defect is called `Sev` any more, which no row has",
           narrower("functional", choices=("Maj1", "Maj2", "Min1", "Min2", "Mod", "Sal", "Typ")),
           "compatibility incompatible"),
    Commit("any living area", MODEL, "the range of one field dropped: a digit too many is answered",
           folder(unbounded("living_area")), "security risk@living_area_digit_too_many"),
    Commit("no ranges at all", MODEL, "all numbers answered, whatever their unit", folder(unbounded(*NUMBERS)),
           "security risk@living_area_in_square_metres"),
    Commit("slow for every house", MODEL, "a needless millisecond in the server's trees",
           folder(in_code("model/release/trees.py", READ, IDLE)), "latency latency_ratio"),
    Commit("twice the trees, one by one", MODEL, "1,200 smaller steps, and the server's quick trees switched off",
           small_steps, "latency latency_ratio"),
    Commit("ridge with a large penalty", MODEL, "above every floor, below the champion",
           candidate(lambda: of_ridge(30.0)), "relative change.mae"),
    Commit("stumps", MODEL, "boosting of 150 trees with two leaves: no fact may depend on another one",
           candidate(lambda: vote(None, of_boosting(max_leaf_nodes=2, max_iter=150))), "relative change.mae"),
    Commit("a seventh of the prices shuffled", MODEL, "dealt out anew: medians, counts and ranges stay",
           shuffled_share(0.14), "relative change.mae"),
)  # fmt: skip

UNSEEN = (
    Commit("a tenth of the holdout entered again", MODEL, "10 % of it in training, a foot of lot more",
           leak(0.1, 1)),
    Commit("trees walked one by one", MODEL, "quick trees switched off: four times the scoring, little of a request",
           folder(WALKED)),
    Commit("a direction turned in the vote", MODEL, "each fireplace may only lower the price: boosting is flat there",
           candidate(lambda: vote(None, of_boosting(monotonic_cst=directions({"fireplaces": -1}))))),
)  # fmt: skip

"""Tabulate the stress tests: the relation of each model beside that of the model it is compared with.

A row per comparison and panel of the main scores; slopes are fixed-effects ones, percent points per tenfold frequency.
``change`` is the model's slope less its base's, with a 95 % interval from the same bootstrap draws of concepts.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from concept_freq.analysis.binning import decades
from concept_freq.analysis.counts import read_counts
from concept_freq.analysis.fits import main_fits, read_fits
from concept_freq.analysis.point_sets import add_relation_options, join, left_out_of_pool
from concept_freq.analysis.resampling import bootstrap_interval, bootstrap_weights, slopes_and_draws
from concept_freq.analysis.scores import POOL, main_scores, read_scores
from concept_freq.io.tables import write_csv

INDEX = ["dataset", "concept", "class"]
FIT = ["rho", "slope_per_decade", "ci_low", "ci_high"]


def change(points: list[pd.DataFrame], column: str, draws: int, seed: int) -> dict[str, float]:
    """Slope of the first model less that of the second, over the concepts that both were scored on."""
    both = points[0].merge(points[1], on=INDEX, suffixes=("", "_base")).dropna(subset=[column, f"{column}_base"])
    x = decades(both[[column, f"{column}_base"]].to_numpy(dtype=float))
    y, group, cluster = both[["score", "score_base"]].to_numpy(), both.dataset.to_numpy(), both.concept.to_numpy()
    weights = bootstrap_weights(cluster, draws, np.random.default_rng(seed))
    estimate, drawn = (found[:, 0, 0] - found[:, 1, 1] for found in slopes_and_draws(x, y, group, weights))
    low, high = bootstrap_interval(drawn, len(np.unique(cluster)))
    return {"change": estimate[0], "change_low": low, "change_high": high, "n_points": len(both)}


def in_panel(points: pd.DataFrame, dataset: str, left_out: dict, count_type: str) -> pd.DataFrame:
    """Points of an evaluation set, or of the pool of those that it does not leave out."""
    pooled = ~left_out_of_pool(points, left_out, count_type)
    return points[pooled if dataset == POOL else points.dataset == dataset]


def described(fits: pd.DataFrame, panel: dict, model: str, suffix: str) -> dict[str, float]:
    """The model's fits in one panel: rho by bins and by concepts, slope with interval."""
    here = fits[(fits.task == panel["task"]) & (fits.dataset == panel["dataset"]) & (fits.model == model)]
    recipes = here.set_index("recipe")
    effect = recipes.loc["fixed_effects"]
    row = {f"rho_{name}{suffix}": recipes.rho[name] for name in ("paper", "concept")}
    return row | {f"{name}{suffix}": effect[name] for name in FIT[1:]}


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_relation_options(parser)
    parser.add_argument("--fits", type=Path, required=True)
    parser.add_argument(
        "--comparisons", type=json.loads, required=True, help="JSON: list of name, model, base, perhaps count_type"
    )
    parser.add_argument("--threshold", required=True)
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    observations = main_scores(join(read_scores(args.scores), read_counts(args.counts)), args.main)
    all_fits, rows = read_fits(args.fits), []
    for compared in args.comparisons:
        main_count = {**args.main, "count_type": compared.get("count_type", args.main["count_type"])}
        fits, names = main_fits(all_fits, main_count, args.threshold), [compared["model"], compared["base"]]
        of_both = fits[fits.model == names[0]].merge(fits[fits.model == names[1]], on=["task", "dataset", "recipe"])
        for task, dataset in of_both[["task", "dataset"]].drop_duplicates().itertuples(index=False):
            here = in_panel(observations[observations.task == task], dataset, args.left_out, main_count["count_type"])
            points = [here[here.model == model] for model in names]
            panel = {"task": task, "dataset": dataset}
            row = {"comparison": compared["name"], "model": names[0], "base": names[1], **panel}
            row |= described(fits, panel, names[0], "") | described(fits, panel, names[1], "_base")
            rows.append(row | change(points, f"n_{main_count['count_type']}", args.draws, args.seed))
    table = pd.DataFrame(rows)
    write_csv(table, args.out)
    shown = ["comparison", "task", "dataset", "rho_paper", "slope_per_decade", "change", "change_low", "change_high"]
    print(table[shown].to_string(index=False, float_format="{:.3g}".format))


if __name__ == "__main__":
    main()

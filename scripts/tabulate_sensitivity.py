"""Tabulate how the main relation changes with what is counted: count type, counting mode, tag threshold, the truth.

A row per panel, model and count of the main scores, by the published and by two honest recipes. ``change`` is the
fixed-effects slope less that of ``analysis.main``, with a 95 % interval from the same bootstrap draws of concepts.
Mode ``planted`` are the true counts, where they are known. Slopes are percent points per tenfold frequency.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from concept_freq.analysis.binning import Binning, binning_of, decades
from concept_freq.analysis.counts import (
    COUNT_TYPES,
    CountColumn,
    count_columns,
    mode_columns,
    read_counts,
    read_true_counts,
)
from concept_freq.analysis.point_sets import add_relation_options, join, panels_of, point_sets
from concept_freq.analysis.recipes.base import Draws, Fit, Points
from concept_freq.analysis.recipes.registry import fit_all
from concept_freq.analysis.resampling import bootstrap_interval, slopes_and_draws
from concept_freq.analysis.scores import MODEL_KEYS, main_scores, read_scores
from concept_freq.io.progress import progress
from concept_freq.io.tables import write_csv

PLANTED = [CountColumn(f"n_{kind}_planted", kind, "", "planted") for kind in COUNT_TYPES]
RHO, SLOPE = ("paper", "concept", "spearman"), "fixed_effects"  # recipes that the table shows


def with_planted(counts: dict[str, pd.DataFrame], true: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Counts with the true ones as further columns, where those are known."""
    return {
        name: table.merge(true[name].add_prefix("n_").add_suffix("_planted"), on="concept", how="left")
        if name in true
        else table
        for name, table in counts.items()
    }


def slope_changes(points: Points, main: int, weights: np.ndarray) -> np.ndarray:
    """Fixed-effects slopes less those of count ``main``: estimate, low and high, (3, c, m)."""
    slopes = slopes_and_draws(decades(points.counts), points.scores, points.group, weights)
    estimate, drawn = (s - s[:, [main]] for s in slopes)
    return np.concatenate([estimate, bootstrap_interval(drawn, len(np.unique(points.cluster)))])


def row_of(fits: list[Fit]) -> dict[str, float]:
    """What the table says of one relation: rho by several recipes, and the fixed-effects slope."""
    by_recipe = {fit.recipe: fit for fit in fits}
    effect = by_recipe[SLOPE]
    rho = {f"rho_{name}": by_recipe[name].rho for name in RHO}
    return rho | {"slope_per_decade": effect.slope_per_decade, "ci_low": effect.ci_low, "ci_high": effect.ci_high}


def rows_of_points(
    models: list[tuple], counts: list[CountColumn], points: Points, binning: Binning, args: argparse.Namespace
) -> Iterator[dict]:
    """A row for every model and count of these points."""
    draws = Draws.of(points, args.draws, args.seed)
    main = [i for i, c in enumerate(counts) if (c.count_type, c.mode) == (args.main["count_type"], "")][:1]
    changes = slope_changes(points, main[0], draws.weights) if main else None
    for (i, j), fits in fit_all(points, binning, draws, (*RHO, SLOPE)).items():
        row = dict(zip(MODEL_KEYS, models[j], strict=True))
        row |= {"count_type": counts[i].count_type, "mode": counts[i].mode, "threshold": counts[i].threshold}
        row |= row_of(fits)
        if changes is not None:
            row |= dict(zip(("change", "change_low", "change_high"), changes[:, i, j], strict=True))
        yield row | {"n_points": len(points.group)}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_relation_options(parser)
    parser.add_argument("--thresholds", type=float, nargs="+", required=True)
    parser.add_argument("--modes", nargs="+", required=True, help="counting modes, the first one in the plain columns")
    parser.add_argument("--true-counts", type=Path, nargs="*", default=[], help="NAME.parquet or .csv, where known")
    parser.add_argument("--binning", type=json.loads, required=True, help="JSON: task -> edges, first, stop")
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    """Command line entry point."""
    args = arguments()
    kinds = [*count_columns(args.thresholds), *mode_columns(args.thresholds, args.modes[1:]), *PLANTED]
    columns = {count.column: count for count in kinds}
    counts = with_planted(read_counts(args.counts), read_true_counts(args.true_counts))
    observations = main_scores(join(read_scores(args.scores), counts), args.main)
    work, rows = panels_of(observations, columns, args.left_out), []
    for task, pretraining, dataset, observed in progress(work, len(work), "comparing counts"):
        panel = {"task": task, "pretraining": pretraining, "dataset": dataset}
        for models, kinds, points in point_sets(observed, columns, None):
            binning = binning_of(args.binning[task], pretraining)
            rows += [panel | row for row in rows_of_points(models, kinds, points, binning, args)]
    write_csv(pd.DataFrame(rows), args.out)


if __name__ == "__main__":
    main()

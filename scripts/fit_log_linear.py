"""Fit scores against the logarithm of concept frequency by every recipe, for every model and count.

``dataset`` is ``all`` where the evaluation sets of a task are pooled, as published. The second table says what each
recipe finds when scores are shuffled within their evaluation sets, so that frequency cannot matter. Mixed effects,
the slowest, are fitted for the scores of ``--main``; errors in variables where ``--true-counts`` are known.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from concept_freq.analysis.binning import Binning, binning_of
from concept_freq.analysis.counts import CountColumn, count_columns, read_counts, read_true_counts
from concept_freq.analysis.joining import uncounted
from concept_freq.analysis.point_sets import add_relation_options, join, panels_of, point_sets
from concept_freq.analysis.recipes.base import Draws, Points
from concept_freq.analysis.recipes.registry import RECIPES, fit_all
from concept_freq.analysis.scores import MODEL_KEYS, is_main, read_scores
from concept_freq.evaluation.tasks import TASK_KEYS
from concept_freq.io.progress import progress
from concept_freq.io.tables import write_csv

PANEL = ["task", "pretraining", "model", "dataset", *TASK_KEYS, "count_type", "threshold", "recipe"]
FIT = ["rho", "p_value", "slope_per_decade", "ci_low", "ci_high", "n_points"]
NULL = ["rho", "null_rho", "null_rho_95"]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_relation_options(parser)
    parser.add_argument("--thresholds", type=float, nargs="+", required=True)
    parser.add_argument("--binning", type=json.loads, required=True, help="JSON: task -> edges, first, stop")
    parser.add_argument("--true-counts", type=Path, nargs="*", default=[], help="NAME.parquet or .csv, where known")
    parser.add_argument("--uncounted", type=Path, help="CSV: scored concepts that the concept list lacks (out)")
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--null", type=Path, required=True, help="CSV: what shuffled scores give")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def rows_of_points(
    models: list[tuple], counts: list[CountColumn], points: Points, binning: Binning, args: argparse.Namespace
) -> Iterator[dict]:
    """A row for every model, count and recipe of these points."""
    named = [dict(zip(MODEL_KEYS, model, strict=True)) for model in models]
    first = ("", f"{args.thresholds[0]:g}")
    main_counts = [i for i, count in enumerate(counts) if count.threshold in first]
    main_scores = [j for j, keys in enumerate(named) if is_main(keys, args.main)]
    draws = Draws.of(points, args.draws, args.seed)
    for (i, j), fits in fit_all(points, binning, draws, main=(main_counts, main_scores)).items():
        count = {"count_type": counts[i].count_type, "threshold": counts[i].threshold}
        yield from ({**named[j], **count, **asdict(fit)} for fit in fits)


def main() -> None:
    """Command line entry point."""
    args = arguments()
    columns = {count.column: count for count in count_columns(args.thresholds)}
    scores, all_counts = read_scores(args.scores), read_counts(args.counts)
    observations = join(scores, all_counts)
    if args.uncounted:
        write_csv(uncounted(scores, all_counts), args.uncounted)
    true_counts = read_true_counts(args.true_counts)
    work, rows = panels_of(observations, columns, args.left_out), []
    for task, pretraining, dataset, observed in progress(work, len(work), "fitting"):
        panel = {"task": task, "pretraining": pretraining, "dataset": dataset}
        binning = binning_of(args.binning[task], pretraining)
        for models, counts, points in point_sets(observed, columns, true_counts.get(pretraining)):
            rows += [panel | row for row in rows_of_points(models, counts, points, binning, args)]
    place = {name: i for i, name in enumerate(RECIPES)}
    fits = pd.DataFrame(rows).sort_values(PANEL, key=lambda s: s.map(place) if s.name == "recipe" else s)
    write_csv(fits[[*PANEL, *FIT]], args.out, digits=10)
    write_csv(fits[[*PANEL, *NULL]], args.null)


if __name__ == "__main__":
    main()

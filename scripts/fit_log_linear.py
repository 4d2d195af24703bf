"""Fit accuracy against the logarithm of concept frequency by every recipe, for every model and count.

``dataset`` is ``all`` where the evaluation sets of a task are pooled, as published.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from concept_freq.log_linear import Binning, fit_all
from concept_freq.observations import (
    KEYS,
    count_columns,
    join,
    read_counts,
    read_scores,
)
from concept_freq.progress import progress
from concept_freq.tables import write_csv

FIT = ["recipe", "rho", "p_value", "slope_per_decade", "ci_low", "ci_high", "n_points"]
ORDER = [*KEYS[:3], "dataset", *KEYS[3:], "count_type", "threshold", *FIT]


def panels(observations: pd.DataFrame) -> Iterator[tuple[dict, pd.DataFrame]]:
    """Yield the keys and points of each evaluation set and, where a task has several, of all together."""
    for keys, points in observations.groupby(KEYS, sort=True):
        named = dict(zip(KEYS, keys, strict=True))
        datasets = sorted(points.dataset.unique())
        for dataset in datasets:
            yield {**named, "dataset": dataset}, points[points.dataset == dataset]
        if len(datasets) > 1:
            yield {**named, "dataset": "all"}, points


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--class-accuracy", type=Path, required=True)
    parser.add_argument("--retrieval-recall", type=Path, required=True)
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--thresholds", type=float, nargs="+", required=True)
    parser.add_argument(
        "--binning",
        type=json.loads,
        required=True,
        help="JSON: task -> edges, first, stop",
    )
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    scores = read_scores(args.class_accuracy, args.retrieval_recall)
    everything = list(panels(join(scores, read_counts(args.counts))))
    rows = []
    for keys, points in progress(everything, len(everything), "fitting"):
        binning = Binning(**args.binning[keys["task"]])
        for count in count_columns(args.thresholds):
            n = points[count.column].to_numpy()
            groups = points.dataset.to_numpy(), points.concept.to_numpy()
            fits = fit_all(n, points.score.to_numpy(), *groups, binning, args.draws, args.seed)
            rows += [
                {
                    **keys,
                    "count_type": count.count_type,
                    "threshold": count.threshold,
                    **fit,
                }
                for fit in fits
            ]
    write_csv(pd.DataFrame(rows)[ORDER], args.out)


if __name__ == "__main__":
    main()

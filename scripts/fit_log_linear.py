"""Fit scores against the logarithm of concept frequency by every recipe, for every model and count.

``dataset`` is ``all`` where the evaluation sets of a task are pooled, as published. The second table says what each
recipe finds when scores are shuffled within their evaluation sets, so that frequency cannot matter.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from concept_freq.log_linear import RECIPES, Points, binning_of, fit_all
from concept_freq.observations import (
    KEYS,
    CountColumn,
    count_columns,
    join,
    left_out_of_pool,
    read_counts,
    read_scores,
)
from concept_freq.progress import progress
from concept_freq.tables import write_csv

MODEL = [key for key in KEYS if key not in ("task", "pretraining")]
PANEL = ["task", "pretraining", "model", "dataset", *KEYS[3:], "count_type", "threshold", "recipe"]
FIT = ["rho", "p_value", "slope_per_decade", "ci_low", "ci_high", "n_points"]
NULL = ["rho", "null_rho", "null_rho_95"]


def known_together(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Split a table's columns by the rows in which they are known; each part comes without the unknown rows."""
    known = table.notna()
    for _, columns in known.columns.to_series().groupby([known[column].to_numpy().tobytes() for column in table]):
        part = table[list(columns)]
        if len(part := part.dropna()):
            yield part


def point_sets(observations: pd.DataFrame, columns: dict[str, CountColumn]) -> Iterator[tuple[list, list, Points]]:
    """Models and counts that share their points, and these: one fit for each pair is computed at once.

    ``observations`` are of one pretraining dataset, and of one evaluation set or the pool.
    """
    index = ["dataset", "concept"]
    scores = observations.pivot(index=index, columns=MODEL, values="score")
    counts = observations.drop_duplicates(index).set_index(index)[[c for c in columns if c in observations]]
    for models in known_together(scores):
        for frequencies in known_together(counts.reindex(models.index).astype(float)):
            shared = models.loc[frequencies.index]
            names = (frequencies.index.get_level_values(level).to_numpy() for level in index)
            points = Points(frequencies.to_numpy(), shared.to_numpy(), *names)
            yield list(shared.columns), [columns[name] for name in frequencies], points


def pool(observations: pd.DataFrame, columns: dict[str, CountColumn], left_out: dict[str, list[str]]) -> pd.DataFrame:
    """All evaluation sets; a set that is left out of a count type's pool has no such counts."""
    pooled = observations.copy()
    for name, column in columns.items():
        if name in pooled:
            pooled[name] = pooled[name].mask(left_out_of_pool(pooled, left_out, column.count_type))
    return pooled


def panels(observations: pd.DataFrame, columns: dict, left_out: dict) -> list[tuple[str, pd.DataFrame]]:
    """Points of each evaluation set and, where a task has several, of all together."""
    sets = [(name, points) for name, points in observations.groupby("dataset", sort=True)]
    return [*sets, ("all", pool(observations, columns, left_out))] if len(sets) > 1 else sets


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", type=Path, nargs="+", required=True, help="tables of scores")
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--thresholds", type=float, nargs="+", required=True)
    parser.add_argument("--left-out", type=json.loads, default={}, help="JSON: set -> count types whose pool lacks it")
    parser.add_argument("--binning", type=json.loads, required=True, help="JSON: task -> edges, first, stop")
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--null", type=Path, required=True, help="CSV: what shuffled scores give")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    columns = {count.column: count for count in count_columns(args.thresholds)}
    observations = join(read_scores(args.scores), read_counts(args.counts))
    work = [
        (task, pretraining, dataset, points)
        for (task, pretraining), of_task in observations.groupby(["task", "pretraining"], sort=True)
        for dataset, points in panels(of_task, columns, args.left_out)
    ]
    rows = []
    for task, pretraining, dataset, observed in progress(work, len(work), "fitting"):
        panel = {"task": task, "pretraining": pretraining, "dataset": dataset}
        binning = binning_of(args.binning[task], pretraining)
        for models, counts, points in point_sets(observed, columns):
            for (i, j), fits in fit_all(points, binning, args.draws, args.seed).items():
                named = {**panel, **dict(zip(MODEL, models[j], strict=True))}
                named |= {"count_type": counts[i].count_type, "threshold": counts[i].threshold}
                rows += [{**named, **asdict(fit)} for fit in fits]
    fits = pd.DataFrame(rows).sort_values(PANEL, key=lambda s: s.map(RECIPES.index) if s.name == "recipe" else s)
    write_csv(fits[[*PANEL, *FIT]], args.out, digits=10)
    write_csv(fits[[*PANEL, *NULL]], args.null)


if __name__ == "__main__":
    main()

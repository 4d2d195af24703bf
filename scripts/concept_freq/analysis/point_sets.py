"""Which points a fit is made of: scores joined with counts, of one evaluation set or the pool of a task's sets."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from concept_freq.analysis.counts import CountColumn
from concept_freq.analysis.joining import tell_uncounted, uncounted, with_counts
from concept_freq.analysis.recipes.base import Points
from concept_freq.analysis.scores import MODEL_KEYS, POOL


def add_relation_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a program that relates scores to counts."""
    parser.add_argument("--scores", type=Path, nargs="+", required=True, help="tables of scores")
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--left-out", type=json.loads, default={}, help="JSON: set -> count types whose pool lacks it")
    parser.add_argument("--main", type=json.loads, required=True, help="JSON: count_type, prompts, direction, k")


def join(scores: pd.DataFrame, counts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Observations: scores of models trained on counted data, with the counts of their concept.

    A concept that was never counted is no zero: it is left out, and named. So are the gaps of published counts.
    """
    tell_uncounted(uncounted(scores, counts))
    joined = [with_counts(scores[scores.pretraining == name], table) for name, table in counts.items()]
    return pd.concat(joined, ignore_index=True)


def left_out_of_pool(table: pd.DataFrame, left_out: dict[str, list[str]], count_type: str) -> pd.Series:
    """Rows whose evaluation set the pool of this count type leaves out."""
    return table.dataset.isin([dataset for dataset, types in left_out.items() if count_type in types])


def known_together(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Split a table's columns by the rows in which they are known; each part comes without the unknown rows."""
    known = table.notna()
    for _, columns in known.columns.to_series().groupby([known[column].to_numpy().tobytes() for column in table]):
        part = table[list(columns)]
        if len(part := part.dropna()):
            yield part


def point_sets(
    observations: pd.DataFrame, columns: dict[str, CountColumn], true: pd.DataFrame | None
) -> Iterator[tuple[list, list, Points]]:
    """Models and counts that share their points, and these: one fit for each pair is computed at once.

    ``observations`` are of one pretraining dataset, and of one evaluation set or the pool; ``true`` its true counts.
    """
    index = ["dataset", "concept", "class"]  # classes of one set may be one concept
    scores = observations.pivot(index=index, columns=MODEL_KEYS, values="score")
    counts = observations.drop_duplicates(index).set_index(index)[[c for c in columns if c in observations]]
    for models in known_together(scores):
        for frequencies in known_together(counts.reindex(models.index).astype(float)):
            shared = models.loc[frequencies.index]
            names = [frequencies.index.get_level_values(level).to_numpy() for level in index[:2]]
            known = [columns[name] for name in frequencies]
            truth = true_columns(true, names[1], known)
            yield list(shared.columns), known, Points(frequencies.to_numpy(), shared.to_numpy(), *names, truth)


def true_columns(true: pd.DataFrame | None, concepts: np.ndarray, counts: list[CountColumn]) -> np.ndarray | None:
    """True counts of the concepts (n,), a column per count: (n, c), nan where they are not known."""
    if true is None:
        return None
    return true.reindex(index=concepts, columns=[count.count_type for count in counts]).to_numpy(dtype=float)


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
    return [*sets, (POOL, pool(observations, columns, left_out))] if len(sets) > 1 else sets


def panels_of(
    observations: pd.DataFrame, columns: dict[str, CountColumn], left_out: dict
) -> list[tuple[str, str, str, pd.DataFrame]]:
    """Every panel of every task and pretraining dataset: task, pretraining, evaluation set, observations."""
    return [
        (task, pretraining, dataset, points)
        for (task, pretraining), of_task in observations.groupby(["task", "pretraining"], sort=True)
        for dataset, points in panels(of_task, columns, left_out)
    ]

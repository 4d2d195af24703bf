"""Which points a fit is made of: those of one evaluation set or of their pool, for the models and counts they share."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from concept_freq.analysis.observations import KEYS, POOL, CountColumn, left_out_of_pool, select
from concept_freq.analysis.recipes import Points

MODEL = [key for key in KEYS if key not in ("task", "pretraining")]
OF_SCORES = ("prompts", "direction", "k")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a program that relates scores to counts."""
    parser.add_argument("--scores", type=Path, nargs="+", required=True, help="tables of scores")
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--left-out", type=json.loads, default={}, help="JSON: set -> count types whose pool lacks it")
    parser.add_argument("--main", type=json.loads, required=True, help="JSON: count_type, prompts, direction, k")


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
    scores = observations.pivot(index=index, columns=MODEL, values="score")
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


def main_scores(observations: pd.DataFrame, main: dict) -> pd.DataFrame:
    """The observations that the main figures show, whatever their count; scores in percent points."""
    chosen = select(observations, {key: main[key] for key in OF_SCORES})
    return chosen.assign(score=chosen.score * chosen.task.map({"retrieval": 100}).fillna(1))


def is_main(named: dict, main: dict, thresholds: list[float]) -> bool:
    """Whether a fit is of the main scores and the first threshold."""
    of_scores = all(named[key] in ("", str(main[key])) for key in OF_SCORES)
    return of_scores and named["threshold"] in ("", f"{thresholds[0]:g}")


def panels_of(
    observations: pd.DataFrame, columns: dict[str, CountColumn], left_out: dict
) -> list[tuple[str, str, str, pd.DataFrame]]:
    """Every panel of every task and pretraining dataset: task, pretraining, evaluation set, observations."""
    return [
        (task, pretraining, dataset, points)
        for (task, pretraining), of_task in observations.groupby(["task", "pretraining"], sort=True)
        for dataset, points in panels(of_task, columns, left_out)
    ]

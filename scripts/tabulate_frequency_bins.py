"""Mean score by decade of frequency (main count type), with the number of concepts and 95 % interval (paper, Table 6).

``dataset`` is ``all`` where the evaluation sets of a task are pooled.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from concept_freq.analysis.counts import COUNT_TYPES, read_counts
from concept_freq.analysis.intervals import student
from concept_freq.analysis.point_sets import join, left_out_of_pool
from concept_freq.analysis.scores import POOL, SCORE_KEYS, read_scores
from concept_freq.evaluation.tasks import TASKS
from concept_freq.io.tables import write_csv


def decade(counts: pd.Series) -> pd.Series:
    """0 for a zero count, else 1, 10, 100, ...: the decade's lower end."""
    return (10 ** np.floor(np.log10(counts.clip(lower=1)))).astype(int).where(counts > 0, 0)


def with_pool(observations: pd.DataFrame, left_out: dict[str, list[str]], kind: str) -> pd.DataFrame:
    """Add the pooled evaluation sets of each task that has several, as dataset ``all``."""
    several = observations.groupby("task").dataset.transform("nunique") > 1
    pooled = observations[several & ~left_out_of_pool(observations, left_out, kind)]
    return pd.concat([observations, pooled.assign(dataset=POOL)], ignore_index=True)


def interval_in_range(scores: pd.Series, top: float) -> tuple[float, float]:
    """95 % t interval of the mean, cut at the range [0, top] of a score that has one; nan for a single concept."""
    bottom = 0.0 if np.isfinite(top) else -np.inf
    low, high = student(scores.to_numpy())
    return np.maximum(bottom, low), np.minimum(top, high)


def tabulate(observations: pd.DataFrame, kind: str = "matched") -> pd.DataFrame:
    """One row per model, evaluation set, metric and decade."""
    observations = observations.assign(decade=decade(observations[f"n_{kind}"]))
    rows = []
    for keys, group in observations.groupby([*SCORE_KEYS, "dataset", "decade"], sort=True):
        named = dict(zip([*SCORE_KEYS, "dataset", f"{kind}_from"], keys, strict=True))
        low, high = interval_in_range(group.score, TASKS[named["task"]].top)
        rows.append(
            {
                **named,
                "n_concepts": len(group),
                "mean_score": group.score.mean(),
                "ci_low": low,
                "ci_high": high,
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", type=Path, nargs="+", required=True)
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--left-out", type=json.loads, default={}, help="JSON: set -> count types whose pool lacks it")
    parser.add_argument("--count-type", choices=COUNT_TYPES, default="matched")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    observations = join(read_scores(args.scores), read_counts(args.counts))
    column = f"n_{args.count_type}"
    counted = observations[observations[column].notna()].astype({column: int})
    write_csv(tabulate(with_pool(counted, args.left_out, args.count_type), args.count_type), args.out)


if __name__ == "__main__":
    main()

"""Mean score by decade of matched frequency, with the number of concepts and a 95 % interval (paper, Table 6)."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from concept_freq.observations import KEYS, join, read_counts, read_scores
from concept_freq.tables import write_csv


def decade(counts: pd.Series) -> pd.Series:
    """0 for a zero count, else 1, 10, 100, ...: the decade's lower end."""
    return (10 ** np.floor(np.log10(counts.clip(lower=1)))).astype(int).where(counts > 0, 0)


def interval(scores: pd.Series, top: float) -> tuple[float, float]:
    """95 % t interval of the mean, cut at the score's range [0, top]; nan for a single concept."""
    if len(scores) < 2:
        return np.nan, np.nan
    half = stats.t.ppf(0.975, len(scores) - 1) * scores.std() / np.sqrt(len(scores))
    return max(0.0, scores.mean() - half), min(top, scores.mean() + half)


def tabulate(observations: pd.DataFrame) -> pd.DataFrame:
    """One row per model, evaluation set, metric and decade."""
    observations = observations.assign(decade=decade(observations.n_matched))
    rows = []
    for keys, group in observations.groupby([*KEYS, "dataset", "decade"], sort=True):
        named = dict(zip([*KEYS, "dataset", "matched_from"], keys, strict=True))
        low, high = interval(group.score, 100 if named["metric"] == "accuracy" else 1)
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--class-accuracy", type=Path, required=True)
    parser.add_argument("--retrieval-recall", type=Path, required=True)
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    scores = read_scores(args.class_accuracy, args.retrieval_recall)
    write_csv(tabulate(join(scores, read_counts(args.counts))), args.out)


if __name__ == "__main__":
    main()

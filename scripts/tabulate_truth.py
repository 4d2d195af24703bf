"""Summarise the comparison with the truth: how far each kind of count can be trusted, by dataset."""

import argparse
from pathlib import Path

import pandas as pd
from scipy import stats

from concept_freq.io.parquet import read_frame
from concept_freq.io.tables import write_csv


def summarise(kind: pd.DataFrame) -> pd.Series:
    """Precision and recall over all hits; Spearman and median ratio over concepts that were planted at least once."""
    present = kind[kind.planted > 0]
    return pd.Series(
        {
            "planted_hits": kind.planted.sum(),
            "estimated_hits": kind.estimated.sum(),
            "precision": kind.correct.sum() / max(1, kind.estimated.sum()),
            "recall": kind.correct.sum() / max(1, kind.planted.sum()),
            "concepts_present": len(present),
            "concepts_missed": (present.estimated == 0).sum(),
            "concepts_invented": ((kind.planted == 0) & (kind.estimated > 0)).sum(),
            "spearman": stats.spearmanr(present.planted, present.estimated).statistic,
            "median_ratio": (present.estimated / present.planted).median(),
            "planted_misaligned": kind.planted_misaligned.iloc[0],
            "estimated_misaligned": kind.estimated_misaligned.iloc[0],
        }
    )


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparisons", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    compared = pd.concat([read_frame(path) for path in args.comparisons])
    groups = compared.groupby(["pretraining", "count_type"], sort=False)
    write_csv(groups.apply(summarise, include_groups=False).reset_index(), args.out)


if __name__ == "__main__":
    main()

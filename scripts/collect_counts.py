"""Put the counts of all datasets into one table; misalignment per dataset; rank correlation between datasets.

The correlation is aligned by concept (the published Table 4 paired different concepts by position).
"""

import argparse
from itertools import combinations
from pathlib import Path

import pandas as pd
import pyarrow as pa
from scipy import stats

from concept_freq.tables import write_csv, write_table

COUNT_TYPES = ("text", "image", "matched")


def misalignment(counts: pd.DataFrame) -> pd.DataFrame:
    """Misaligned pairs of each dataset, as a share of all samples (the paper's degree) and of two-sided ones."""
    totals = counts.groupby("pretraining", sort=False)[["n_samples", "n_two_sided", "n_misaligned"]].first()
    totals["misalignment_degree"] = totals.n_misaligned / totals.n_samples
    totals["share_of_two_sided"] = totals.n_misaligned / totals.n_two_sided
    return totals.reset_index()


def correlation(counts: pd.DataFrame) -> pd.DataFrame:
    """Spearman correlation of concept frequency for each pair of datasets and count type."""
    rows = []
    for first, second in combinations(counts.pretraining.unique(), 2):
        pair = [counts[counts.pretraining == name].set_index("concept") for name in (first, second)]
        shared = pair[0].index.intersection(pair[1].index)
        for kind in COUNT_TYPES:
            found = stats.spearmanr(*(table.loc[shared, f"n_{kind}"] for table in pair))
            row = {
                "first": first,
                "second": second,
                "count_type": kind,
                "n_concepts": len(shared),
            }
            rows.append({**row, "spearman": found.statistic, "p_value": found.pvalue})
    return pd.DataFrame(
        rows,
        columns=["first", "second", "count_type", "n_concepts", "spearman", "p_value"],
    )


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=Path, nargs="+", required=True, help="PRETRAINING.parquet")
    parser.add_argument("--misalignment", type=Path, required=True)
    parser.add_argument("--correlation", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    tables = [pd.read_parquet(path).assign(pretraining=path.stem) for path in args.counts]
    counts = pd.concat(tables, ignore_index=True)
    write_table(pa.Table.from_pandas(counts, preserve_index=False), "concept_counts", args.out)
    write_csv(misalignment(counts), args.misalignment)
    write_csv(correlation(counts), args.correlation)


if __name__ == "__main__":
    main()

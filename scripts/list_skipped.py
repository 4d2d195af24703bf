"""List the samples that were skipped: how many per dataset, step and reason, and where the first one is."""

import argparse
from pathlib import Path

import pandas as pd

from concept_freq.tables import write_csv

KEYS = ["pretraining", "step", "reason"]


def summarise(skipped: pd.DataFrame) -> pd.DataFrame:
    """One row per dataset, step and reason, with the first sample as an example."""
    groups = skipped.sort_values([*KEYS, "shard", "row"]).groupby(KEYS)
    return groups.agg(
        samples=("row", "size"),
        first_shard=("shard", "first"),
        first_row=("row", "first"),
        first_key=("key", "first"),
    ).reset_index()


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--skipped",
        type=Path,
        nargs="+",
        required=True,
        help="PRETRAINING/CHUNK.parquet",
    )
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    tables = [pd.read_parquet(path).assign(pretraining=path.parent.name) for path in args.skipped]
    write_csv(summarise(pd.concat(tables, ignore_index=True)), args.out)


if __name__ == "__main__":
    main()

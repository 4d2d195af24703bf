"""List the samples that were skipped: how many per dataset, step and reason, and where the first one is.

A row is of a pretraining dataset, or of an evaluation set, whose unreadable pictures count as wrong.
"""

import argparse
from pathlib import Path

import pandas as pd

from concept_freq.io.parquet import read_frame
from concept_freq.io.tables import write_csv

KEYS = ["pretraining", "dataset", "step", "reason"]


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--skipped",
        type=Path,
        nargs="*",
        default=[],
        help="PRETRAINING/CHUNK.parquet",
    )
    parser.add_argument("--evaluation", type=Path, nargs="*", default=[], help="DATASET.parquet")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    tables = [read_frame(path).assign(pretraining=path.parent.name, dataset="") for path in args.skipped]
    tables += [read_frame(path).assign(pretraining="", dataset=path.stem) for path in args.evaluation]
    write_csv(summarise(pd.concat(tables, ignore_index=True)), args.out)


if __name__ == "__main__":
    main()

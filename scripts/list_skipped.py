"""List the samples that were skipped: how many per dataset, step and reason, and where the first one is.

A row is of a pretraining dataset, or of an evaluation set, whose unreadable pictures count as wrong.
"""

import argparse
from pathlib import Path

import pandas as pd

from concept_freq.io.cells import inert
from concept_freq.io.parquet import read_frame
from concept_freq.io.tables import write_csv
from concept_freq.shards.captions import kind_of

KEYS = ["pretraining", "dataset", "step", "kind"]  # a reason also names what was found, which may differ


def summarise(skipped: pd.DataFrame) -> pd.DataFrame:
    """One row per dataset, step and reason, with the first sample as an example."""
    kinds = skipped.assign(kind=skipped.reason.map(kind_of))
    groups = kinds.sort_values([*KEYS, "shard", "row"]).groupby(KEYS)
    summary = groups.agg(
        reason=("reason", "first"),
        samples=("row", "size"),
        first_shard=("shard", "first"),
        first_row=("row", "first"),
        first_key=("key", "first"),
    )
    return summary.reset_index().drop(columns="kind")


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
    summary = summarise(pd.concat(tables, ignore_index=True))
    write_csv(inert(summary, ["reason", "first_shard", "first_key"]), args.out)


if __name__ == "__main__":
    main()

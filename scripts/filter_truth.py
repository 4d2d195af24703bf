"""The truth about a composed shard without the samples that a derived dataset goes without, its rows numbered anew."""

import argparse
from pathlib import Path

import pyarrow.parquet as pq

from concept_freq.io.tables import write_table
from concept_freq.models.similarity import removed_rows, renumber


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--removed", type=Path, required=True, help="shard, row")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    removed = removed_rows(args.removed, args.truth.stem)
    write_table(renumber(pq.read_table(args.truth), removed), "truth", args.out)


if __name__ == "__main__":
    main()

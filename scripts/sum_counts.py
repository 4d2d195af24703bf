"""Add up the counts of a dataset's chunks."""

import argparse
from pathlib import Path

from concept_freq.counts.chunk import sum_chunks
from concept_freq.io.tables import write_parquet


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    write_parquet(sum_chunks(args.chunks), args.out)


if __name__ == "__main__":
    main()

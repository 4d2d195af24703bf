"""Drop the removed samples from the truth about a chunk's shards and renumber its rows."""

import argparse
from pathlib import Path

import pyarrow as pa

from concept_freq.io.parquet import read_rows
from concept_freq.io.tables import write_table
from concept_freq.models.similarity import removed_rows, renumber


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", type=Path, nargs="+", required=True, help="of each shard, named like it")
    parser.add_argument("--removed", type=Path, required=True, help="shard, row")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    tables = [renumber(read_rows(path), removed_rows(args.removed, path.stem)) for path in args.truth]
    write_table(pa.concat_tables(tables), "truth", args.out)


if __name__ == "__main__":
    main()

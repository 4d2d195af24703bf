"""Put the scores of all models and evaluation sets into one table."""

import argparse
from pathlib import Path

import pyarrow as pa

from concept_freq.evaluation.tasks import TABLES
from concept_freq.io.parquet import read_rows
from concept_freq.io.tables import SCHEMAS, write_table


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scores", type=Path, nargs="*", required=True)
    parser.add_argument("--schema", choices=TABLES, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    empty = pa.schema(SCHEMAS[args.schema].items()).empty_table()
    table = pa.concat_tables([empty, *map(read_rows, args.scores)])
    keys = [name for name, kind in SCHEMAS[args.schema].items() if kind == pa.string()]
    write_table(table.sort_by([(key, "ascending") for key in keys]), args.schema, args.out)


if __name__ == "__main__":
    main()

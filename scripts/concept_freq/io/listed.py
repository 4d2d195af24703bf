"""Which concept list ids are positions in: its digest stands in the metadata of tables of ids, and readers compare."""

import sys
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from concept_freq.io.digests import sha256_of
from concept_freq.io.parquet import intact

KEY = "concepts_sha256"


def metadata_of(concepts: Path) -> dict[str, str]:
    """What a table of ids says of the list that they are positions in."""
    return {KEY: sha256_of([concepts])}


def require_list(tables: Iterable[Path], concepts: Path) -> None:
    """End the program where ids in a table are positions in another list than this one.

    A table that says of no list was not written by this workflow; it is taken as given, and that is printed.
    """
    wanted = sha256_of([concepts]).encode()
    for path in tables:
        with intact(path):
            found = (pq.read_schema(path).metadata or {}).get(KEY.encode())
        if found is None:
            print(f"{path}: does not say which concept list it was tagged with; taken as {concepts}", file=sys.stderr)
        elif found != wanted:
            sys.exit(f"{path}: was tagged with another concept list than {concepts}; delete it and tag again")

"""Manifests: which shards a dataset has, where each lies, its size and sha256."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from concept_freq.io.tables import atomic_path
from concept_freq.shards.names import shard_name

COLUMNS = ("name", "location", "size", "sha256")


class Shard(NamedTuple):
    """A row of a manifest; size and sha256 are None where they are not known."""

    location: str
    size: int | None = None
    sha256: str | None = None

    @property
    def name(self) -> str:
        """File name."""
        return shard_name(self.location)


def read_rows(text: str) -> list[Shard]:
    """Shards from lines of LOCATION, SIZE and SHA256 with tabs between, the last two empty where not known."""
    cells = [line.split("\t") for line in text.splitlines()]
    return [Shard(location, int(size) if size else None, sha256 or None) for location, size, sha256 in cells]


def read_manifest(path: Path) -> dict[str, list[str]]:
    """Rows (COLUMNS) of a manifest, made here or given by a user, by the shards' names."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["location"]]
    named = [(shard_name(row["location"]), row) for row in rows]
    return {name: [name, row["location"], row["size"] or "", (row["sha256"] or "").lower()] for name, row in named}


def write_manifest(rows: Iterable[Sequence], path: Path) -> None:
    """Write rows of COLUMNS as a tab-separated table."""
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *rows])

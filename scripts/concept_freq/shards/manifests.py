"""Manifests: which shards a dataset has, where each lies, its size and sha256. Tab-separated, one shard a line."""

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from concept_freq.io.atomic import atomic_path
from concept_freq.shards.names import shard_name, unsigned

COLUMNS = ("name", "location", "size", "sha256")
GIVEN = COLUMNS[1:]  # what a manifest of one's own must have; the name is the location's last part
SIZE = re.compile(r"[0-9]{0,18}")
SHA256 = re.compile(r"([0-9A-Fa-f]{64})?")


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


class ManifestError(ValueError):
    """A manifest that cannot be read; the message names the file, the line and the remedy."""


def cells_of(path: Path) -> list[list[str]]:
    """Cells of every line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file, delimiter="\t"))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{path}: {error}; save it as a tab-separated table in UTF-8") from None


def read_manifest(path: Path) -> list[Shard]:
    """Shards of a manifest, made here or given by a user; lines without a location are left out."""
    header, *lines = cells_of(path) or [[]]
    if missing := set(GIVEN).difference(header):
        raise ManifestError(f"{path}: line 1: no column {', '.join(sorted(missing))}; it needs {', '.join(GIVEN)}")
    shards = []
    for number, line in enumerate(lines, start=2):
        row = dict(zip(header, line + [""] * len(header), strict=False))
        if not (SIZE.fullmatch(row["size"]) and SHA256.fullmatch(row["sha256"])):
            raise ManifestError(
                f"{path}: line {number}: size must be bytes, sha256 64 hexadecimal digits, or either be empty"
            )
        if row["location"]:
            size = int(row["size"]) if row["size"] else None
            shards.append(Shard(row["location"], size, row["sha256"].lower() or None))
    return shards


def write_manifest(rows: Iterable[Sequence], path: Path) -> None:
    """Write rows of COLUMNS as a tab-separated table; of signed addresses without their signatures."""
    rows = [(name, unsigned(place), *known) for name, place, *known in rows]
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *rows])

"""Manifests: which shards a dataset has, where each lies, its size and sha256."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from concept_freq.io.atomic import atomic_path
from concept_freq.shards.remote import shown

COLUMNS = ("name", "location", "size", "sha256")


def write_manifest(rows: Iterable[Sequence], path: Path) -> None:
    """Write rows of COLUMNS as a tab-separated table; of signed addresses without their signatures."""
    rows = [(name, shown(place) if "://" in place else place, *known) for name, place, *known in rows]
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *rows])

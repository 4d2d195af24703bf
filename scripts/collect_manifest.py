"""Put a dataset's shards into one manifest: those that its chunks list, and those that it pinned before."""

import argparse
import csv
from pathlib import Path

from concept_freq.shards.fetch import Shard
from concept_freq.shards.manifests import write_manifest


def rows_of(path: Path) -> dict[str, list[str]]:
    """Rows (COLUMNS) of a manifest, made here or given by a user, by the shards' names."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["location"]]
    names = [Shard(row["location"]).name for row in rows]
    cells = [(row["location"], row["size"] or "", (row["sha256"] or "").lower()) for row in rows]
    return {name: [name, *known] for name, known in zip(names, cells, strict=True)}


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pinned", type=Path, help="the manifest that the dataset was given with")
    parser.add_argument("--chunks", type=Path, nargs="*", default=[], help="manifests of chunks")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = rows_of(args.pinned) if args.pinned else {}
    for path in args.chunks:  # what was looked at says more than what was given
        rows |= rows_of(path)
    write_manifest(rows.values(), args.out)


if __name__ == "__main__":
    main()

"""Copy a chunk's shards without the samples that a derived dataset goes without; every other file keeps its bytes."""

import argparse
import shutil
from pathlib import Path

from concept_freq.models.similarity import filter_shard, removed_rows
from concept_freq.shards.names import table_name
from concept_freq.shards.tar import listed


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, nargs="+", required=True, help="of the base: files, or folders of them")
    parser.add_argument("--removed", type=Path, required=True, help="shard, row")
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    args = parser.parse_args()
    unfinished = args.out.with_name(f".{args.out.name}.part")
    for folder in (unfinished, args.out):
        shutil.rmtree(folder, ignore_errors=True)
    for path in listed(args.shards):
        removed = removed_rows(args.removed, table_name(path))
        kept, lost = filter_shard(path, removed, unfinished / path.name)
        print(f"{path.name}: {kept} samples kept, {len(removed)} removed")
        for row in lost:
            print(f"{path}: from row {row['row']} on: {row['reason']}")
    unfinished.replace(args.out)


if __name__ == "__main__":
    main()

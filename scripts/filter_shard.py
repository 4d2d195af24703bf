"""Copy a shard without the samples that a derived dataset goes without; every other file keeps its bytes."""

import argparse
from pathlib import Path

from concept_freq.models.similarity import filter_shard, removed_rows


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shard", type=Path, required=True, help="of the dataset that this one is made of")
    parser.add_argument("--removed", type=Path, required=True, help="shard, row")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    removed = removed_rows(args.removed, args.shard.stem)
    kept, lost = filter_shard(args.shard, removed, args.out)
    print(f"{kept} samples kept, {len(removed)} removed")
    for row in lost:
        print(f"{args.shard}: from row {row['row']} on: {row['reason']}")


if __name__ == "__main__":
    main()

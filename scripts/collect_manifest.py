"""Put a dataset's shards into one manifest: those that its chunks list, and those that it pinned before."""

import argparse
from pathlib import Path

from concept_freq.shards.manifests import read_manifest, write_manifest


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pinned", type=Path, help="the manifest that the dataset was given with")
    parser.add_argument("--chunks", type=Path, nargs="*", default=[], help="manifests of chunks")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = read_manifest(args.pinned) if args.pinned else {}
    for path in args.chunks:  # what was looked at says more than what was given
        rows |= read_manifest(path)
    write_manifest(rows.values(), args.out)


if __name__ == "__main__":
    main()

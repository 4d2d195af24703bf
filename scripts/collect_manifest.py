"""Put a dataset's shards into one manifest: those that its chunks list, and those that it pinned before."""

import argparse
import sys
from pathlib import Path

from concept_freq.shards.manifests import ManifestError, read_manifest, write_manifest


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pinned", type=Path, help="the manifest that the dataset was given with")
    parser.add_argument("--chunks", type=Path, nargs="*", default=[], help="manifests of chunks")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    try:  # what was looked at says more than what was given
        shards = [shard for path in filter(None, [args.pinned, *args.chunks]) for shard in read_manifest(path)]
    except ManifestError as error:
        sys.exit(str(error))
    write_manifest({shard.name: (shard.name, *shard) for shard in shards}.values(), args.out)


if __name__ == "__main__":
    main()

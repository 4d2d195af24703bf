"""Fetch a tagger's checkpoint from its address, resumed where the line broke, and check its size and sha256."""

import argparse
import sys
from pathlib import Path

from concept_freq.io.digests import sha256_of
from concept_freq.shards.fetch import FetchError, fetch
from concept_freq.shards.manifests import Shard


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True, help="http, https, s3 or hf")
    parser.add_argument("--size", type=int, help="bytes")
    parser.add_argument("--sha256", help="any file of that size is taken where this is not given")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    try:
        fetch(Shard(args.address, args.size, args.sha256), args.out)
    except FetchError as error:
        sys.exit(str(error))
    if not args.sha256:
        print(f"warning: {args.out} is pinned by nothing; its sha256: {sha256_of([args.out])}", file=sys.stderr)


if __name__ == "__main__":
    main()

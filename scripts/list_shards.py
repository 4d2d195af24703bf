"""List a chunk's shards: where each comes from, its size and sha256; one unlike what its manifest says is an error."""

import argparse
import sys
from pathlib import Path

from concept_freq.io.digests import sha256_of
from concept_freq.io.progress import progress
from concept_freq.shards.manifests import read_rows, write_manifest
from concept_freq.shards.names import is_remote, unsigned
from concept_freq.shards.tar import listed


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, nargs="+", required=True, help="files, or folders of them")
    parser.add_argument("--expected", type=read_rows, required=True, help="lines of LOCATION, SIZE, SHA256 with tabs")
    parser.add_argument("--out", type=Path, required=True, help="a manifest")
    args = parser.parse_args()
    expected = {shard.name: shard for shard in args.expected}
    files, rows = listed(args.shards), []
    for path in progress(files, len(files), "hashing shards"):
        shard, sha256 = expected[path.name], sha256_of([path])
        location = unsigned(shard.location) if is_remote(shard.location) else str(path)
        if shard.sha256 not in (None, sha256):
            sys.exit(f"{location}: sha256 is {sha256}, its manifest says {shard.sha256}; correct the one or the other")
        rows.append((path.name, location, path.stat().st_size, sha256))
    write_manifest(rows, args.out)


if __name__ == "__main__":
    main()

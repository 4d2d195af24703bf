"""List a chunk's shards: where each comes from, its size and sha256; one unlike what its manifest says is an error."""

import argparse
import csv
import sys
from pathlib import Path

from concept_freq.digests import sha256_of
from concept_freq.fetching import Shard
from concept_freq.progress import progress
from concept_freq.shards import listed
from concept_freq.tables import atomic_path

COLUMNS = ("name", "location", "size", "sha256")


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, nargs="+", required=True, help="files, or folders of them")
    parser.add_argument("--remote", nargs="*", default=[], help="addresses that shards in folders were fetched from")
    parser.add_argument("--pinned", nargs="*", default=[], metavar="SHA256=LOCATION", help="what a manifest says")
    parser.add_argument("--out", type=Path, required=True, help="a manifest")
    args = parser.parse_args()
    expected = {location: sha256 for sha256, _, location in (pin.partition("=") for pin in args.pinned)}
    addresses = {Shard(address).name: address for address in args.remote}
    files, rows = listed(args.shards), []
    for path in progress(files, len(files), "hashing shards"):
        location, sha256 = addresses.get(path.name, str(path)), sha256_of([path])
        if expected.get(location, sha256) != sha256:
            sys.exit(
                f"{location}: sha256 is {sha256}, its manifest says {expected[location]}; correct the one or the other"
            )
        rows.append((path.name, location, path.stat().st_size, sha256))
    with atomic_path(args.out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *rows])


if __name__ == "__main__":
    main()

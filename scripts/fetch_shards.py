"""Fetch a chunk's remote shards into a folder that stands until the chunk is counted and tagged.

What is there of an interrupted job stays in a hidden folder beside it, and the next one goes on from there.
"""

import argparse
import glob
import hashlib
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from concept_freq.io.atomic import publish
from concept_freq.io.progress import progress
from concept_freq.shards.fetch import FetchError, fetch
from concept_freq.shards.manifests import ManifestError, Shard, read_manifest, read_rows


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=read_rows, required=True, help="lines of LOCATION, SIZE, SHA256 with tabs")
    parser.add_argument("--addresses", type=Path, help="manifest of the shards with signed addresses")
    parser.add_argument("--connections", type=int, default=4, help="shards that are fetched at once")
    parser.add_argument("--tries", type=int, default=8)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds after the first failed try")
    parser.add_argument("--folder", type=Path, required=True, help="(out)")
    args = parser.parse_args()
    try:
        signed = {shard.name: shard.location for shard in read_manifest(args.addresses)} if args.addresses else {}
    except ManifestError as error:
        sys.exit(str(error))
    wanted = hashlib.sha256(repr(args.shards).encode()).hexdigest()[:16]  # what is left of another list is not used
    unfinished = args.folder.with_name(f".{args.folder.name}.{wanted}.part")

    def get(shard: Shard) -> None:
        if not (unfinished / shard.name).exists():
            located = shard._replace(location=signed.get(shard.name, shard.location))
            fetch(located, unfinished / shard.name, args.tries, args.pause)

    with ThreadPoolExecutor(args.connections) as pool:
        try:
            for _ in progress(pool.map(get, args.shards), len(args.shards), "fetching shards"):
                pass
        except FetchError as error:
            pool.shutdown(cancel_futures=True)
            sys.exit(str(error))
    publish(unfinished, args.folder)
    for other in args.folder.parent.glob(f".{glob.escape(args.folder.name)}.*.part"):
        shutil.rmtree(other)


if __name__ == "__main__":
    main()

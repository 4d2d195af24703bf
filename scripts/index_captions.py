"""Turn the captions of a chunk into a positional text index, from which any phrase can be counted later."""

import argparse
from pathlib import Path

from concept_freq.counts.build_index import build_index
from concept_freq.io.duck import connect


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captions", type=Path, required=True)
    parser.add_argument("--nouns-by", metavar="MODEL", help="index only the nouns that this spaCy model finds")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    build_index(connect(args.threads), args.captions, args.out, args.nouns_by)


if __name__ == "__main__":
    main()

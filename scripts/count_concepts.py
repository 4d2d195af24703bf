"""Count the whole concept list in one chunk: text, image and matched, for every mode and threshold."""

import argparse
from pathlib import Path

from concept_freq.concepts import read_concepts
from concept_freq.counting import count_chunk
from concept_freq.indexing import MODES
from concept_freq.tables import write_parquet


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captions", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--tags", type=Path, required=True)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument(
        "--modes",
        nargs="+",
        choices=MODES,
        required=True,
        help="the first is the configured one",
    )
    parser.add_argument(
        "--thresholds",
        type=float,
        nargs="+",
        required=True,
        help="the first is the configured one",
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    concepts = read_concepts(args.concepts)
    counts = count_chunk(
        args.captions,
        args.index,
        args.tags,
        concepts,
        args.modes,
        args.thresholds,
        args.threads,
    )
    write_parquet(counts, args.out)


if __name__ == "__main__":
    main()

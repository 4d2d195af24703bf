"""Choose which pictures a dataset goes without: the share most similar to an evaluation set, or a random share.

The share is of the pictures that can be decoded, so both remove equally many.
"""

import argparse
from pathlib import Path

from concept_freq.io.tables import write_table
from concept_freq.models.similarity import most_similar, random_share


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=Path, nargs="+", required=True, help="tables of shard, row (and similarity)")
    parser.add_argument("--how", choices=("similar", "random"), required=True)
    parser.add_argument("--share", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0, help="of a random share")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    by_similarity = args.how == "similar"
    chosen = (
        most_similar(args.chunks, args.share) if by_similarity else random_share(args.chunks, args.share, args.seed)
    )
    write_table(chosen, "removed", args.out)
    least = (
        f", similarity {min(chosen['similarity'].to_pylist()):.3f} and more" if by_similarity and len(chosen) else ""
    )
    print(f"{len(chosen)} pictures removed{least}")


if __name__ == "__main__":
    main()

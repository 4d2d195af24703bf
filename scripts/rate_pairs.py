"""Judge sampled pairs by eye on a local web page, each for whether the caption names something that the picture shows.

    python scripts/rate_pairs.py --pairs results/rating/NAME/pairs.parquet --rater ANN --out ratings.csv

Open the address that it prints; Ctrl-C ends it. Each judgement is written to the file at once, so it can be ended and
started again at any time. Tags, strata and other raters' judgements are not shown. Raters may share a file.
"""

import argparse
import signal
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa

from concept_freq.io.tables import SCHEMAS
from concept_freq.rating.page import Ratings, RatingServer
from concept_freq.rating.ratings import POOLED, TRUTH, RatingsError


def read_pairs(path: Path) -> pd.DataFrame:
    """The sampled pairs; ends the program where the file holds none."""
    try:
        return pd.read_parquet(path, columns=list(SCHEMAS["sampled_pairs"]))
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        sys.exit(f"{path}: no sampled pairs ({error}); make them with: snakemake --cores all {path}")


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True, help="RESULTS/rating/PRETRAINING/pairs.parquet")
    parser.add_argument("--rater", required=True, help="who judges")
    parser.add_argument("--out", type=Path, required=True, help="CSV of judgements, made or added to")
    parser.add_argument("--port", type=int, default=0, help="a free one if not given")
    args = parser.parse_args()
    if (rater := args.rater.strip()) in ("", POOLED, TRUTH):
        sys.exit(f"--rater {args.rater!r}: this name is taken; give the rater's own name")
    ratings = Ratings(read_pairs(args.pairs), rater, args.out)
    try:
        left = ratings.own().count("")
        server = RatingServer(ratings, args.port)
    except (RatingsError, OSError) as error:
        sys.exit(str(error))
    for ends in (signal.SIGINT, signal.SIGTERM):  # also where it was started in the background, which ignores Ctrl-C
        signal.signal(ends, signal.default_int_handler)
    print(f"{left} of {len(ratings.pairs)} pairs left for {rater}: open {server.address} (Ctrl-C ends it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print(f"\njudgements are in {args.out}")


if __name__ == "__main__":
    main()

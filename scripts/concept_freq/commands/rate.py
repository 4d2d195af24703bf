"""Judge sampled pairs by eye on a local web page, each for whether the caption names something that the picture shows.

    concept-freq rate --pairs results/rating/NAME/pairs.parquet --rater ANN --out ratings.csv

Open the address that it prints; Ctrl-C ends it. The address holds a secret that keeps other users of this machine out.
Each judgement is written to the file at once, so the program can be ended and started again at any time. Tags, strata
and other raters' judgements are not shown. Raters may share a file; raters of several Unix users need a folder where
all of them may write (mode 2775, say; /tmp does not do).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from concept_freq.io.tables import SCHEMAS
from concept_freq.rating.page import FOLDER, RatingPage
from concept_freq.rating.ratings import POOLED, TRUTH
from concept_freq.rating.store import Ratings
from concept_freq.rating.tasks import PAIRS
from concept_freq.serving.server import PageServer


def read_pairs(path: Path) -> pd.DataFrame:
    """The sampled pairs; ends the program where the file holds none."""
    try:
        return pd.read_parquet(path, columns=list(SCHEMAS["sampled_pairs"]))
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        sys.exit(f"{path}: no sampled pairs ({error}); make them with: snakemake --cores all {path}")


def rater_name(name: str) -> str:
    """The rater's name as it stands in the file; ends the program where it can be none."""
    if not name.isprintable():
        sys.exit(f"--rater {name!r}: a name is one line of printable text")
    if (rater := name.strip()) in ("", POOLED, TRUTH):
        sys.exit(f"--rater {name!r}: this name is taken; give the rater's own name")
    return rater


def parser_of(prog: str | None) -> argparse.ArgumentParser:
    """The command's options."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog=prog, description=__doc__, formatter_class=form)
    parser.add_argument("--pairs", type=Path, required=True, help="RESULTS/rating/PRETRAINING/pairs.parquet")
    parser.add_argument("--rater", required=True, help="who judges")
    parser.add_argument("--out", type=Path, required=True, help="CSV of judgements, made or added to")
    parser.add_argument("--port", type=int, default=0, help="a free one if not given")
    return parser


def main(arguments: Sequence[str] | None = None, prog: str | None = None) -> None:
    """Command line entry point."""
    args = parser_of(prog).parse_args(arguments)
    ratings = Ratings(read_pairs(args.pairs), rater_name(args.rater), args.out)
    try:
        left = ratings.ready()
        server = PageServer(FOLDER, RatingPage(ratings, PAIRS).routes, args.port)
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    pairs = f"{left} of {len(ratings.pairs)} pairs left for {ratings.rater}"
    print(f"{pairs}: open {server.address} (Ctrl-C ends it)", flush=True)
    server.run()
    print(f"\njudgements are in {args.out}")

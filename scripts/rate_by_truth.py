"""Judge a composed dataset's sampled pairs by what was planted, as the rater ``truth``.

Yes where caption and picture share a planted concept, no where both have some and share none; where one has none there
is nothing to compare: unclear, which counts as not misaligned.
"""

import argparse
from pathlib import Path

import pandas as pd

from concept_freq.io.parquet import read_frame
from concept_freq.io.tables import write_csv
from concept_freq.rating.pairs import PAIR
from concept_freq.rating.ratings import COLUMNS, TRUTH


def judge(truth: pd.DataFrame) -> str:
    """The judgement that a pair's rows of the truth (in_picture, in_caption) make."""
    if (truth.in_picture & truth.in_caption).any():
        return "yes"
    return "no" if truth.in_picture.any() and truth.in_caption.any() else "unclear"


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--truth", type=Path, nargs="+", required=True, help="of each shard")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pairs = read_frame(args.pairs, columns=["pretraining", *PAIR])
    shards = [path for path in args.truth if path.stem in set(pairs.shard)]
    truth = pd.concat([read_frame(path).merge(pairs, on=PAIR) for path in shards])
    said = {pair: judge(rows) for pair, rows in truth.groupby(PAIR)}
    keys = pairs[PAIR].itertuples(index=False, name=None)
    pairs = pairs.assign(rater=TRUTH, judgement=[said.get(key, "unclear") for key in keys])
    write_csv(pairs[list(COLUMNS)], args.out)


if __name__ == "__main__":
    main()

"""Draw a sheet of pairs that are called misaligned, with captions, what these name, and the tags (Fig. 26)."""

import argparse
import textwrap
from pathlib import Path

import pandas as pd

from concept_freq.figures.look import COLOURS, save, use_style
from concept_freq.figures.sheets import COLUMNS, ROWS, sheet
from concept_freq.io.cells import inert
from concept_freq.io.parquet import read_frame
from concept_freq.rating.pairs import PAIR
from concept_freq.shards.tar import Sample

LONGEST = 110  # characters of a caption
LINES = ("#222222", COLOURS[0], COLOURS[1])
HEADS = ["caption", "the caption names", "the picture's tags"]


def lines_of(pair: pd.Series) -> list[str]:
    """The lines under a pair's picture."""
    caption = textwrap.shorten(pair.caption, LONGEST, placeholder=" …")
    return [f"“{caption}”", ", ".join(pair.named), ", ".join(pair.tags)]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pairs = read_frame(args.pairs)
    shown = pairs[pairs.stratum == "misaligned"][: COLUMNS * ROWS]
    samples = [Sample(pair.row, pair.key, {"jpg": pair.picture}) for pair in shown.itertuples()]
    use_style()
    figure = sheet(samples, [lines_of(pair) for pair in shown.itertuples()], HEADS, LINES)
    lists = {side: shown[side].str.join(", ") for side in ("named", "tags")}
    save(figure, args.out, inert(shown, ["key", "caption"])[["pretraining", *PAIR, "key", "caption"]].assign(**lists))


if __name__ == "__main__":
    main()

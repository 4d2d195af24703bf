"""Draw a sheet of pictures with the tags that each threshold adds: how a threshold is judged by eye (Fig. 23)."""

import argparse
import textwrap
from itertools import islice, pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from concept_freq.concepts import read_concepts
from concept_freq.plots import COLOURS, save, use_style
from concept_freq.shards import Skips, picture_of, read_samples
from concept_freq.sheets import draw_picture

COLUMNS, ROWS, WIDTH = 6, 3, 30
COLOUR_OF_BAND = (COLOURS[2], COLOURS[4], COLOURS[1])  # surely, perhaps, hardly


def bands(thresholds: list[float]) -> list[tuple[float, float, str]]:
    """(from, below, name) of each band of probabilities, the surest first."""
    ends = [*sorted(thresholds), float("inf")]
    named = [(low, high, f"{low:g} to {high:g}" if high <= 1 else f"{low:g} and above") for low, high in pairwise(ends)]
    return named[::-1]


def tags_within(tags: pd.DataFrame, names: list[str], low: float, high: float) -> str:
    """Tags of a picture in a band, the surest first."""
    found = tags[(tags.probability >= low) & (tags.probability < high)].sort_values("probability", ascending=False)
    return ", ".join(names[i] for i in found.concept_id)


def write_bands(axes: Axes, texts: list[str]) -> None:
    """The tags of each band under a picture, each in its colour."""
    top = -0.04
    for text, colour in zip(texts, COLOUR_OF_BAND, strict=False):
        filled = textwrap.fill(text or "–", WIDTH)
        axes.text(0, top, filled, transform=axes.transAxes, fontsize=6.3, color=colour, va="top")
        top -= 0.085 * (filled.count("\n") + 1)


def is_readable(sample) -> bool:
    """Whether a sample's picture can be decoded."""
    try:
        return picture_of(sample) is not None
    except ValueError:
        return False


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shard", type=Path, required=True)
    parser.add_argument("--tags", type=Path, required=True)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--thresholds", type=float, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    tags, shard = pd.read_parquet(args.tags), args.shard.stem
    tags = tags[tags.shard == shard].astype({"probability": float})
    names = [concept.name for concept in read_concepts(args.concepts)]
    use_style()
    figure, grid = plt.subplots(ROWS, COLUMNS, figsize=(1.9 * COLUMNS, 2.9 * ROWS))
    figure.subplots_adjust(hspace=0.55, top=0.92)
    readable = filter(is_readable, read_samples(args.shard, Skips("thresholds")))
    data, found_bands = [], bands(args.thresholds)
    for axes, sample in zip(grid.flat, islice(readable, COLUMNS * ROWS), strict=False):
        draw_picture(axes, sample)
        of_picture = tags[tags.row == sample.row]
        texts = [tags_within(of_picture, names, low, high) for low, high, _ in found_bands]
        write_bands(axes, texts)
        data.append({"shard": shard, "row": sample.row, **dict(zip([b[2] for b in found_bands], texts, strict=True))})
    for axes in grid.flat[len(data) :]:
        axes.axis("off")
    for i, (_, _, name) in enumerate(found_bands):
        figure.text(0.13 + 0.16 * i, 0.955, f"p {name}", color=COLOUR_OF_BAND[i % 3], fontsize=9, weight="bold")
    save(figure, args.out, pd.DataFrame(data))


if __name__ == "__main__":
    main()

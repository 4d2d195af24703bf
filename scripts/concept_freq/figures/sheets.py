"""Sheets of pictures: what a dataset and its tags look like."""

import textwrap
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from concept_freq.figures.look import COLOURS
from concept_freq.shards.pictures import is_picture, picture_of
from concept_freq.shards.tar import Sample, Skips, read_samples

COLUMNS, ROWS, WIDTH = 6, 3, 30
SIDE, LINE = 1.7, 0.125  # inches: of a picture, of a line of text
MOST = 8  # tags of a line
LONGEST = 180  # characters of a caption
LINE_COLOURS = (COLOURS[2], COLOURS[4], COLOURS[1], COLOURS[3])


def draw_picture(axes: Axes, sample: Sample) -> None:
    """A sample's picture without ticks; where it cannot be decoded, the reason."""
    try:
        axes.imshow(picture_of(sample), interpolation="lanczos")
    except ValueError as reason:
        place = {"ha": "center", "va": "center", "wrap": True, "transform": axes.transAxes, "parse_math": False}
        axes.text(0.5, 0.5, str(reason), **place)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def readable_samples(shard: Path, n: int) -> Iterator[Sample]:
    """The first samples of a shard whose pictures can be decoded."""

    def is_readable(sample: Sample) -> bool:
        try:
            return picture_of(sample) is not None
        except ValueError:
            return False

    return islice(filter(is_readable, read_samples(shard, Skips("sheet"), is_picture)), n)


def shortened(caption: str) -> str:
    """The beginning of a caption that is too long for a sheet."""
    return f"{caption[:LONGEST].rstrip()} …" if len(caption) > LONGEST else caption


def names_of(tags: pd.DataFrame, names: list[str], low: float, high: float = float("inf")) -> str:
    """Tags of a picture with a probability from ``low`` to below ``high``, the surest first."""
    found = tags[(tags.probability >= low) & (tags.probability < high)].sort_values("probability", ascending=False)
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    return ", ".join(names[i] for i in found.concept_id[:MOST]) + more


def write_lines(axes: Axes, texts: list[str], colours: tuple[str, ...]) -> None:
    """Texts under a picture, each in its colour."""
    top = -0.04
    for text, colour in zip(texts, colours, strict=False):
        axes.text(0, top, text, transform=axes.transAxes, fontsize=6.3, color=colour, va="top", parse_math=False)
        top -= LINE / SIDE * (text.count("\n") + 1)


def sheet(
    samples: list[Sample], texts: list[list[str]], heads: list[str], colours: tuple[str, ...] = LINE_COLOURS
) -> Figure:
    """Pictures with lines of text under each; ``heads`` name the lines, in their colours, above them all."""
    filled = [[textwrap.fill(text or "–", WIDTH) for text in lines] for lines in texts]
    below = LINE * (1 + max((sum(text.count("\n") + 1 for text in lines) for lines in filled), default=0))
    height = ROWS * (SIDE + below) + 0.3
    figure, grid = plt.subplots(ROWS, COLUMNS, figsize=(1.1 * SIDE * COLUMNS, height))
    figure.subplots_adjust(0.01, below / height, 0.99, 1 - 0.35 / height, wspace=0.1, hspace=below / SIDE)
    for axes, sample, lines in zip(grid.flat, samples, filled, strict=False):
        draw_picture(axes, sample)
        write_lines(axes, lines, colours)
    for axes in grid.flat[len(samples) :]:
        axes.axis("off")
    for i, (head, colour) in enumerate(zip(heads, colours, strict=False)):
        figure.text(0.01 + 0.17 * i, 1 - 0.2 / height, head, color=colour, fontsize=9, weight="bold")
    return figure

"""One look for all figures, and one way to save them: PNG, PDF and the drawn data side by side."""

import matplotlib

matplotlib.use("Agg")

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from scipy import stats

from concept_freq.analysis.binning import Bins
from concept_freq.io.tables import atomic_path, write_csv

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A6A4F")  # safe for colour-blind readers
GREY = "#6b6b6b"
STANDARD_MARKERS = {
    "RN50": "o",
    "RN101": "P",
    "ViT-B-32": "s",
    "ViT-B-16": "D",
    "ViT-L-14": "^",
    "resnet": "o",
    "vit": "s",
}
OTHER_MARKERS = "vX*p<>h"  # of names without a marker of their own, by place
RECIPE_LOOKS = {
    "paper": ("o", COLOURS[0]),
    "all_bins": ("s", COLOURS[1]),
    "concept": ("D", COLOURS[2]),
    "spearman": ("v", COLOURS[3]),
    "fixed_effects": ("^", COLOURS[4]),
    "mixed_effects": ("P", COLOURS[5]),
    "errors_in_variables": ("h", COLOURS[6]),
}
NO_DATE = {"CreationDate": None}  # same data, same bytes


def use_style() -> None:
    """Set the style of every figure."""
    sns.set_theme(context="paper", style="ticks", palette=COLOURS, font_scale=1.1)
    plt.rcParams.update(
        {
            "axes.spines.top": False,
            "axes.spines.right": False,
            "figure.dpi": 100,
            "savefig.dpi": 200,
            "pdf.fonttype": 42,
        }
    )


def save(figure: Figure, png: Path, data: pd.DataFrame) -> None:
    """Save a figure as ``png``, and beside it the PDF and the data it draws (CSV)."""
    with atomic_path(png) as temporary:
        figure.savefig(temporary, format="png", bbox_inches="tight")
    with atomic_path(png.with_suffix(".pdf")) as temporary:
        figure.savefig(temporary, format="pdf", bbox_inches="tight", metadata=NO_DATE)
    write_csv(data, png.with_suffix(".csv"))
    plt.close(figure)


def pretty(name: str) -> str:
    """A registry name as words: ``random_large`` -> ``random large``."""
    return name.replace("_", " ")


def dataset_colours(pretraining: list[str]) -> dict[str, str]:
    """One colour per pretraining dataset, by its place in the config: the same in every figure of a run."""
    return {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(pretraining)}


def tint(colour: str, i: int) -> tuple[float, ...]:
    """The colour itself for the first model of a panel, darker and paler ones for the next."""
    towards, share = ((0, 0), (0, 0.45), (1, 0.4), (0, 0.7), (1, 0.65))[i % 5]
    return tuple(channel + (towards - channel) * share for channel in to_rgb(colour))


def marker_of(backbone: str, i: int) -> str:
    """One marker per architecture; ``i`` is its place in the panel."""
    return STANDARD_MARKERS.get(backbone, OTHER_MARKERS[i % len(OTHER_MARKERS)])


def recipe_look(recipe: str, i: int) -> tuple[str, str]:
    """Marker and colour of a recipe; ``i`` is its place among all, by which one without a look of its own gets one."""
    return RECIPE_LOOKS.get(recipe, (OTHER_MARKERS[i % len(OTHER_MARKERS)], COLOURS[i % len(COLOURS)]))


def stars(p_value: float) -> str:
    """** for p < 0.05, as the paper marks it."""
    return "**" if p_value < 0.05 else ""


def short_count(value: float, _: int | None = None) -> str:
    """1, 10, 100, 1k, 10k, ..., 1M, 10M: how a count is written at a tick."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def count_axis(axes: Axes) -> None:
    """A logarithmic x axis of counts, with a tick per decade."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(base=10, numticks=12))
    axes.xaxis.set_major_formatter(FuncFormatter(short_count))
    axes.xaxis.set_minor_formatter(NullFormatter())


def draw_bins(axes: Axes, bins: Bins, kept: np.ndarray, limits: tuple, colour: tuple | str, marker: str, size: float):
    """Bin means with 95 % intervals cut at ``limits``, filled where the published recipe keeps the bin, and its fit."""
    half = stats.t.ppf(0.975, np.maximum(bins.n - 1, 1)) * bins.standard_error
    ends = np.clip([bins.mean - half, bins.mean + half], *limits)
    axes.vlines(bins.edge, *ends, color=colour, linewidth=1, alpha=0.8)
    for use, face in ((kept, colour), (~kept, "white")):
        look = {"marker": marker, "facecolor": face, "edgecolor": colour, "zorder": 3}
        axes.scatter(bins.edge[use], bins.mean[use], s=size, **look)
    draw_line(axes, bins.edge[kept], bins.mean[kept], colour)


def write_sizes(axes: Axes, bins: Bins, size: float = 6) -> None:
    """Number of concepts in each bin, above the panel's lower edge."""
    for edge, n in zip(bins.edge, bins.n, strict=True):
        if n:
            place = {"xycoords": ("data", "axes fraction"), "ha": "center", "fontsize": size, "color": "#555"}
            axes.annotate(str(n), (edge, 0.01), **place)


def draw_line(axes: Axes, x: np.ndarray, y: np.ndarray, colour: tuple | str) -> None:
    """Least squares line of y on log10 x with its 95 % band; nothing for fewer than three points."""
    x, y = np.log10(x[~np.isnan(y)]), y[~np.isnan(y)]
    if len(x) < 3:
        return
    line, grid = stats.linregress(x, y), np.linspace(x.min(), x.max(), 50)
    fitted = line.intercept + line.slope * grid
    spread = np.sqrt(np.sum((y - line.intercept - line.slope * x) ** 2) / (len(x) - 2))
    distance = (grid - x.mean()) ** 2 / np.sum((x - x.mean()) ** 2)
    half = stats.t.ppf(0.975, len(x) - 2) * spread * np.sqrt(1 / len(x) + distance)
    axes.plot(10**grid, fitted, color=colour, linewidth=1.8)
    axes.fill_between(10**grid, fitted - half, fitted + half, color=colour, alpha=0.15, linewidth=0)

"""Draw every recipe side by side for every model: rho, and the slope with its interval.

What the published recipe makes of the data, next to what the other three make of the same points, and next to what
it makes of scores that were shuffled within their evaluation sets.
"""

import argparse
import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from concept_freq.log_linear import RECIPES
from concept_freq.observations import main_fits, read_fits, read_null
from concept_freq.plots import COLOURS, GREY, pretty, save, use_style

MARKERS = dict(zip(RECIPES, "osD^", strict=True))
OFFSETS = dict(zip(RECIPES, (-0.27, -0.09, 0.09, 0.27), strict=True))
COLOUR = dict(zip(RECIPES, COLOURS, strict=False))
KEYS = ["task", "dataset", "model"]
FEW = 4  # evaluation sets of a task that are shown one by one


def shown(fits: pd.DataFrame) -> pd.DataFrame:
    """Fits of classification and retrieval; where evaluation sets are many, only those of their pool."""
    fits = fits[fits.task != "text_to_image"]
    many = fits.groupby("task").dataset.nunique().max() > FEW
    return fits[fits.dataset == "all"] if many else fits


def draw_row(axes: tuple[Axes, Axes], i: int, fits: pd.DataFrame) -> None:
    """One model: rho left with the shuffled one as a grey bar up to its 95th percentile, slope with interval right."""
    for fit in fits.itertuples():
        y, colour = i + OFFSETS[fit.recipe], COLOUR[fit.recipe]
        look = {"marker": MARKERS[fit.recipe], "color": colour, "markersize": 5, "linestyle": "none"}
        axes[0].plot(
            [fit.null_rho, fit.null_rho_95], [y, y], color=GREY, linewidth=3, alpha=0.35, solid_capstyle="butt"
        )
        axes[0].plot(fit.rho, y, **look)
        axes[1].plot(fit.slope_per_decade, y, **look)
        axes[1].plot([fit.ci_low, fit.ci_high], [y, y], color=colour, linewidth=1.2)


def draw(fits: pd.DataFrame, main: dict) -> plt.Figure:
    """Two columns, one line per model and evaluation set, four marks in each."""
    lines = fits[KEYS].drop_duplicates().reset_index(drop=True)
    figure, axes = plt.subplots(1, 2, figsize=(10, 0.42 * len(lines) + 1.4), sharey=True, layout="constrained")
    for i, line in lines.iterrows():
        draw_row(axes, i, fits[(fits[KEYS] == line).all(axis=1)])
    for panel in axes:
        panel.axvline(0, color=GREY, linewidth=0.8)
        panel.grid(axis="x", alpha=0.3)
    several = lines.dataset.nunique() > 1
    names = [f"{pretty(line.dataset) if several else line.task} · {pretty(line.model)}" for line in lines.itertuples()]
    axes[0].set_yticks(range(len(lines)), names, fontsize=8)
    axes[0].set_ylim(len(lines) - 0.4, -0.6)
    axes[0].set_xlabel("ρ (grey: shuffled within sets, mean to 95 %)")
    axes[1].set_xlabel(f"points per decade of {main['count_type']} frequency")
    handles = [
        plt.Line2D([], [], marker=MARKERS[r], color=COLOUR[r], linestyle="none", label=pretty(r)) for r in RECIPES
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, frameon=False)
    return figure


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fits", type=Path, required=True)
    parser.add_argument("--null", type=Path, required=True)
    parser.add_argument("--main", type=json.loads, required=True, help="JSON: count_type, prompts, direction, k")
    parser.add_argument("--threshold", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    both = read_fits(args.fits), read_null(args.null)
    fits, null = (main_fits(table, args.main, args.threshold) for table in both)
    table = shown(
        fits.merge(null[[*KEYS, "metric", "recipe", "null_rho", "null_rho_95"]], on=[*KEYS, "metric", "recipe"])
    )
    use_style()
    save(draw(table, args.main), args.out, table)


if __name__ == "__main__":
    main()

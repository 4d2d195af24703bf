"""Draw every recipe side by side for every model: rho, and the slope with its interval.

What the published recipe makes of the data, next to what the other three make of the same points.
"""

import argparse
import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from concept_freq.log_linear import RECIPES
from concept_freq.observations import read_main_fits
from concept_freq.plots import COLOURS, GREY, pretty, save, use_style

MARKERS = dict(zip(RECIPES, "osD^", strict=True))


def draw_row(axes: tuple[Axes, Axes], y: float, fit: pd.Series, colour: str) -> None:
    """One recipe of one model: rho left, slope with interval right."""
    look = {
        "marker": MARKERS[fit.recipe],
        "color": colour,
        "markersize": 5,
        "linestyle": "none",
    }
    axes[0].plot(fit.rho, y, **look)
    axes[1].plot(fit.slope_per_decade, y, **look)
    axes[1].plot([fit.ci_low, fit.ci_high], [y, y], color=colour, linewidth=1.2)


def draw(fits: pd.DataFrame, main: dict) -> plt.Figure:
    """Two columns, one line per model and evaluation set, four marks in each."""
    lines = fits[["task", "dataset", "model"]].drop_duplicates().reset_index(drop=True)
    figure, axes = plt.subplots(1, 2, figsize=(10, 0.42 * len(lines) + 1.2), sharey=True, layout="constrained")
    for i, line in lines.iterrows():
        same = (fits.task == line.task) & (fits.dataset == line.dataset) & (fits.model == line.model)
        for offset, (recipe, colour) in zip(
            (-0.27, -0.09, 0.09, 0.27), zip(RECIPES, COLOURS, strict=False), strict=True
        ):
            draw_row(axes, i + offset, fits[same & (fits.recipe == recipe)].iloc[0], colour)
    for panel in axes:
        panel.axvline(0, color=GREY, linewidth=0.8)
        panel.grid(axis="x", alpha=0.3)
    names = [f"{pretty(line.dataset)} · {pretty(line.model)}" for line in lines.itertuples()]
    axes[0].set_yticks(range(len(lines)), names, fontsize=8)
    axes[0].set_ylim(len(lines) - 0.4, -0.6)
    axes[0].set_xlabel("ρ")
    axes[1].set_xlabel(f"points per decade of {main['count_type']} frequency, 95 % interval")
    handles = [
        plt.Line2D(
            [],
            [],
            marker=MARKERS[recipe],
            color=colour,
            linestyle="none",
            label=pretty(recipe),
        )
        for recipe, colour in zip(RECIPES, COLOURS, strict=False)
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, frameon=False)
    return figure


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fits", type=Path, required=True)
    parser.add_argument(
        "--main",
        type=json.loads,
        required=True,
        help="JSON: count_type, prompts, direction, k",
    )
    parser.add_argument("--threshold", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    fits = read_main_fits(args.fits, args.main, args.threshold)
    use_style()
    save(draw(fits, args.main), args.out, fits)


if __name__ == "__main__":
    main()

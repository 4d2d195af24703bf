"""Draw the stress tests: rho and slope of each model beside those of the model it is compared with."""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from concept_freq.analysis.fits import widest
from concept_freq.figures.look import COLOURS, GREY, save, use_style

RHO = {"rho_paper": ("o", "published bins"), "rho_concept": ("D", "concepts")}


def draw_rho(axes: Axes, y: int, row: pd.Series) -> None:
    """Rho by bins and by concepts; the base's hollow."""
    for name, (marker, _) in RHO.items():
        look = {"marker": marker, "markersize": 6, "linestyle": "none", "color": COLOURS[0]}
        axes.plot(row[f"{name}_base"], y + 0.15, **look | {"color": GREY}, fillstyle="none")
        axes.plot(row[name], y - 0.15, **look)


def draw_slope(axes: Axes, y: int, row: pd.Series) -> None:
    """Slope with interval; the base's grey below it, and the change in words."""
    for suffix, colour, offset in (("", COLOURS[0], -0.15), ("_base", GREY, 0.15)):
        ends = [row[f"ci_low{suffix}"], row[f"ci_high{suffix}"]]
        axes.plot(ends, [y + offset] * 2, color=colour, linewidth=1.6)
        axes.plot(row[f"slope_per_decade{suffix}"], y + offset, "s", color=colour, markersize=5)
    text = f"{row.change:+.1f} [{row.change_low:.1f}, {row.change_high:.1f}]"
    place = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": 8}
    axes.annotate(text, (1.02, y), **place)


def draw(table: pd.DataFrame) -> plt.Figure:
    """A line per comparison and task, each with its pool or its only evaluation set."""
    rows = widest(table, ["task"]).sort_values("task", kind="stable").reset_index(drop=True)
    figure, axes = plt.subplots(1, 2, figsize=(11, 0.62 * len(rows) + 1.3), sharey=True, layout="constrained")
    for y, row in rows.iterrows():
        draw_rho(axes[0], y, row)
        draw_slope(axes[1], y, row)
    labels = [
        f"{row.task}: {row.comparison} (n = {row.n_points:,})\n{row.model} against {row.base}"
        for row in rows.itertuples()
    ]
    axes[0].set_yticks(range(len(rows)), labels, fontsize=7.5)
    axes[0].invert_yaxis()
    axes[0].set_xlabel("ρ (grey: of the model compared with)", fontsize=9)
    axes[1].set_xlabel("percent points per tenfold frequency; right: the change", fontsize=9)
    for panel in axes:
        panel.axvline(0, color=GREY, linewidth=0.8)
        panel.grid(axis="x", alpha=0.3)
    handles = [
        plt.Line2D([], [], marker=m, color=COLOURS[0], linestyle="none", label=f"ρ, {t}") for m, t in RHO.values()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stress", type=Path, required=True, help="stress.csv")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    table = pd.read_csv(args.stress)
    use_style()
    save(draw(table), args.out, table)


if __name__ == "__main__":
    main()

"""Draw the whole relation on one page: rho and slope by every recipe, and the shape of the dose-response.

Left, what the published recipe makes of the data next to what the others make of the same points, and next to what
each makes of scores that were shuffled within their evaluation sets. Right, slopes with their intervals. Below, the
spline with its band, the isotonic curve and the line, with the p that the line does not hold.
"""

import argparse
import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import LogLocator

from concept_freq.analysis.fits import main_fits, read_fits, read_keyed, read_null, widest
from concept_freq.analysis.recipes.registry import RECIPES
from concept_freq.analysis.scores import comparable
from concept_freq.figures.look import GREY, count_axis, dataset_colours, pretty, recipe_look, save, tint, use_style

REACH = 0.3  # of the recipes of one line above and below its middle
LINE = ["task", "dataset", "model"]
MODELS_IN_A_PANEL = 3


def shown(fits: pd.DataFrame) -> pd.DataFrame:
    """Fits in percent points: the pool of a task's evaluation sets, or its only set."""
    return widest(comparable(fits), ["task"])


def offset_of(recipe: str) -> float:
    """Place of a recipe around the middle of its line, in the registry's order."""
    return REACH * (2 * list(RECIPES).index(recipe) / max(len(RECIPES) - 1, 1) - 1)


def look_of(recipe: str) -> dict[str, str]:
    """Marker and colour of a recipe's points."""
    marker, colour = recipe_look(recipe, list(RECIPES).index(recipe))
    return {"marker": marker, "color": colour, "linestyle": "none"}


def draw_row(axes: tuple[Axes, Axes], i: int, fits: pd.DataFrame) -> None:
    """One model: rho left with the shuffled one as a grey bar up to its 95th percentile, slope with interval right."""
    for fit in fits.itertuples():
        y, look = i + offset_of(fit.recipe), {**look_of(fit.recipe), "markersize": 4.5}
        bar = {"color": GREY, "linewidth": 2.4, "alpha": 0.35, "solid_capstyle": "butt"}
        axes[0].plot([fit.null_rho, fit.null_rho_95], [y, y], **bar)
        axes[0].plot(fit.rho, y, **look)
        axes[1].plot(fit.slope_per_decade, y, **look)
        axes[1].plot([fit.ci_low, fit.ci_high], [y, y], color=look["color"], linewidth=1.1)


def draw_forest(figure: SubFigure, fits: pd.DataFrame, main: dict) -> None:
    """One line per task and model: rho, slope."""
    lines = fits[LINE].drop_duplicates().reset_index(drop=True)
    axes = figure.subplots(1, 2, sharey=True)
    for i, line in lines.iterrows():
        draw_row(axes, i, fits[(fits[LINE] == line).all(axis=1)])
    for panel in axes:
        panel.axvline(0, color=GREY, linewidth=0.8)
        panel.grid(axis="x", alpha=0.3)
        for i in range(1, len(lines)):
            panel.axhline(i - 0.5, color="#ddd", linewidth=0.6, zorder=0)
    axes[0].set_yticks(range(len(lines)), [f"{line.task} · {pretty(line.model)}" for line in lines.itertuples()])
    axes[0].tick_params(axis="y", labelsize=8)
    axes[0].set_ylim(len(lines) - 0.45, -0.55)
    axes[0].set_xlabel("ρ (grey: shuffled within sets, mean to 95 %)")
    axes[1].set_xlabel(f"percent points per tenfold {main['count_type']} frequency")
    used = [recipe for recipe in RECIPES if recipe in set(fits.recipe)]
    handles = [plt.Line2D([], [], **look_of(recipe), label=pretty(recipe)) for recipe in used]
    figure.legend(handles=handles, loc="outside upper center", ncols=7, frameon=False, fontsize=8)


def draw_shape(axes: Axes, curves: pd.DataFrame, tests: pd.DataFrame, colour: str) -> None:
    """One pretraining dataset: spline with band, isotonic steps and line of its first models."""
    for i, (model, curve) in enumerate(list(curves.groupby("model"))[:MODELS_IN_A_PANEL]):
        shade, p_value = tint(colour, i), tests.set_index("model").departure_p[model]
        p_text = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"
        axes.fill_between(curve.frequency, curve.low, curve.high, color=shade, alpha=0.15, linewidth=0)
        axes.plot(curve.frequency, curve.spline, color=shade, linewidth=1.8, label=f"{model.split('/')[-1]}: {p_text}")
        axes.plot(curve.frequency, curve.line, color=shade, linewidth=1, linestyle="--")
        axes.plot(curve.frequency, curve.isotonic, color=shade, linewidth=0.8, linestyle=":")
    count_axis(axes)
    axes.xaxis.set_major_locator(LogLocator(base=10, numticks=5))  # a panel is narrow
    axes.legend(fontsize=7, frameon=False, loc="upper left", title="departure from the line", title_fontsize=7)


def draw_shapes(figure: SubFigure, curves: pd.DataFrame, tests: pd.DataFrame, colours: dict, main: dict) -> None:
    """A panel per pretraining dataset, of the task with most of them."""
    task = curves.groupby("task").pretraining.nunique().idxmax()
    curves, tests = curves[curves.task == task], tests[tests.task == task]
    names = [name for name in colours if name in set(curves.pretraining)]
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, names, strict=True):
        here = tests[tests.pretraining == name]
        draw_shape(axes, curves[curves.pretraining == name], here, colours[name])
        axes.set_title(f"{task}, {pretty(name)}\n({here.n_points.max():,} points)", fontsize=8.5)
        axes.set_xlabel(f"{main['count_type']} frequency (pairs)", fontsize=8)
    panels[0].set_ylabel("score (%): spline, line (dashed),\nisotonic (dotted)", fontsize=8)
    panels[0].set_ylim(min(0, curves.low.min()), 1.25 * curves.high.max())


def of_the_lines(shapes: pd.DataFrame, fits: pd.DataFrame) -> pd.DataFrame:
    """Shapes of the points that the forest has lines of: a pool may have none where its sets have some."""
    return shapes.merge(fits[LINE].drop_duplicates(), on=LINE)


def draw(fits: pd.DataFrame, curves: pd.DataFrame, tests: pd.DataFrame, colours: dict, main: dict) -> Figure:
    """The forest above, the shapes below; too few concepts have none."""
    n_lines = len(fits[LINE].drop_duplicates())
    heights = [0.55 * n_lines + 1.2, 3.2][: 2 if len(curves) else 1]
    figure = plt.figure(figsize=(11, sum(heights)), layout="constrained")
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    draw_forest(parts[0], fits, main)
    if len(curves):
        draw_shapes(parts[1], curves, tests, colours, main)
    return figure


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fits", type=Path, required=True)
    parser.add_argument("--null", type=Path, required=True)
    parser.add_argument("--tests", type=Path, required=True, help="dose_response.csv")
    parser.add_argument("--curves", type=Path, required=True, help="dose_response_curves.csv")
    parser.add_argument("--pretraining", nargs="+", required=True, help="datasets in the order of their colours")
    parser.add_argument("--main", type=json.loads, required=True, help="JSON: count_type, prompts, direction, k")
    parser.add_argument("--threshold", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    read = (read_fits(args.fits), read_null(args.null))
    fits, null = (main_fits(table, args.main, args.threshold) for table in read)
    keys = [*LINE, "metric", "recipe"]
    table = shown(fits.merge(null[[*keys, "null_rho", "null_rho_95"]], on=keys))
    shapes = [read_keyed(path) for path in (args.curves, args.tests)]
    curves, tests = (of_the_lines(main_fits(shape, args.main, args.threshold), table) for shape in shapes)
    use_style()
    save(draw(table, curves, tests, dataset_colours(args.pretraining), args.main), args.out, table)


if __name__ == "__main__":
    main()

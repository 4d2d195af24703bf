"""Draw scores against the logarithm of concept frequency: a row per choice of data, a column per pretraining dataset.

Faint dots are concepts; large dots are the means of the published bins with 95 % intervals, filled where the
published recipe keeps the bin; the line and band are its fit. The legend gives rho by bins and by concepts.
"""

import argparse
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from concept_freq.analysis.binning import bin_means, binning_of
from concept_freq.analysis.counts import read_counts
from concept_freq.analysis.fits import read_fits
from concept_freq.analysis.point_sets import join
from concept_freq.analysis.scores import in_percent, read_scores
from concept_freq.evaluation.tasks import TASKS, Task
from concept_freq.figures.look import (
    count_axis,
    dataset_colours,
    draw_bins,
    marker_of,
    pretty,
    save,
    stars,
    tint,
    use_style,
    write_sizes,
)
from concept_freq.figures.rows import View, complete

MODALITY = {"text": "in captions", "image": "in pictures", "matched": "in captions and pictures"}


def draw_concepts(axes: Axes, points: pd.DataFrame, colour: tuple) -> None:
    """Single concepts as faint dots, a little apart; a concept that never occurs stands at 1."""
    jitter = np.random.default_rng(0).uniform(0.93, 1.07, len(points))
    size = 5 if len(points) < 1000 else 1.5
    x = points["count"].clip(lower=1) * jitter
    axes.scatter(x, points.score, s=size, color=colour, alpha=0.18, linewidths=0, rasterized=True)


def label_of(fits: pd.DataFrame, model: str) -> str:
    """Legend entry: backbone, rho of the published recipe with its stars, rho over concepts, slope with interval."""
    by_recipe = fits.set_index("recipe")
    paper, effect = by_recipe.loc["paper"], by_recipe.loc["fixed_effects"]
    slope = f"{effect.slope_per_decade:+.1f} [{effect.ci_low:.1f}, {effect.ci_high:.1f}]"
    rho = f"ρ bins {paper.rho:.2f}{stars(paper.p_value)}, concepts {by_recipe.rho['concept']:.2f}"
    return f"{model.split('/')[-1]}: {rho}; {slope} per decade"


def draw_panel(
    axes: Axes, points: pd.DataFrame, fits: pd.DataFrame, binning: dict, task: Task, colour: str
) -> list[pd.DataFrame]:
    """All models of one row and pretraining dataset; returns the drawn bins."""
    drawn, limits = [], (0, 100) if task.in_percent else (-np.inf, np.inf)
    for i, (model, of_model) in enumerate(points.groupby("model")):
        shade, marker = tint(colour, i), marker_of(model.split("/")[-1], i)
        slices = binning_of(binning, model.split("/")[0])
        bins = bin_means(of_model["count"].to_numpy(), of_model.score.to_numpy(), slices.edges)
        draw_concepts(axes, of_model, shade)
        draw_bins(axes, bins, slices.kept, limits, shade, marker, size=34)
        axes.plot([], [], color=shade, marker=marker, label=label_of(fits[fits.model == model], model))
        drawn.append(pd.DataFrame({"kind": "bin", "model": model, "edge": bins.edge, "mean": bins.mean, "n": bins.n}))
    write_sizes(axes, bins)
    count_axis(axes)
    if task.in_percent:
        axes.set_ylim(-6, 124)  # room for the sizes of bins below, and for the legend above
        axes.set_yticks(range(0, 101, 20))
    axes.legend(loc="upper left", fontsize=6.5, frameon=False)
    return drawn


def grid_width(rows: int, columns: int) -> int:
    """Panels in a line of the figure: a single row or column lies flat, and breaks into pairs beyond three panels."""
    if rows > 1 and columns > 1:
        return columns
    return rows * columns if rows * columns <= 3 else 2


def draw(views: list[View], observations: pd.DataFrame, fits: pd.DataFrame, binning: dict, args) -> tuple:
    """The whole figure and its data: bins and concepts."""
    n_panels, width = len(views) * len(args.pretraining), grid_width(len(views), len(args.pretraining))
    layout = {"figsize": (4.5 * width, 3.4 * -(-n_panels // width)), "squeeze": False, "layout": "constrained"}
    figure, grid = plt.subplots(-(-n_panels // width), width, sharey=True, **layout)
    colours, data = dataset_colours([path.stem for path in args.counts]), []
    shown = [(view, view.points(observations, args.left_out), view.fits(fits)) for view in views]
    panels = [(*of_view, pretraining) for of_view in shown for pretraining in args.pretraining]
    for i, (axes, (view, points, of_fits, pretraining)) in enumerate(zip(grid.flat, panels, strict=False)):
        here = points[points.pretraining == pretraining]
        if i % width == 0:
            axes.set_ylabel(TASKS[view.task].axis.format(**view.scores))
        if here.empty:
            axes.set_axis_off()
            continue
        drawn = draw_panel(axes, here, of_fits, binning, TASKS[view.task], colours[pretraining])
        concepts = here.rename(columns={"count": "edge", "score": "mean"}).assign(kind="concept")
        data += [table.assign(row=view.label) for table in (*drawn, concepts)]
        axes.set_title(", ".join(filter(None, (pretty(pretraining), view.label))), fontsize=9)
        axes.set_xlabel(f"frequency {MODALITY[view.count_type]} (pairs)")
    table = pd.concat(data, ignore_index=True)[["row", "kind", "dataset", "model", "concept", "edge", "mean", "n"]]
    return figure, table.rename(columns={"edge": "frequency", "mean": "score"})


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figure", type=json.loads, required=True, help="JSON: task, rows")
    parser.add_argument("--pretraining", nargs="+", required=True, help="columns")
    parser.add_argument("--scores", type=Path, nargs="+", required=True)
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--fits", type=Path, required=True)
    parser.add_argument("--binning", type=json.loads, required=True, help="JSON: edges, first, stop, of")
    parser.add_argument("--left-out", type=json.loads, default={}, help="JSON: set -> count types whose pool lacks it")
    parser.add_argument("--main", type=json.loads, required=True, help="JSON: count_type, prompts, direction, k")
    parser.add_argument("--threshold", required=True, help="the configured tag threshold, as in the table of fits")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    views = [complete(row, args.figure["task"], args.main, args.threshold) for row in args.figure["rows"]]
    observations = in_percent(join(read_scores(args.scores), read_counts(args.counts)), ["score"])
    use_style()
    figure, data = draw(views, observations, read_fits(args.fits), args.binning, args)
    save(figure, args.out, data)


if __name__ == "__main__":
    main()

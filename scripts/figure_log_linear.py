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
from scipy import stats

from concept_freq.log_linear import Bins, bin_means, binning_of
from concept_freq.observations import join, read_counts, read_fits, read_scores
from concept_freq.plots import count_axis, draw_line, marker_of, palette, pretty, save, tint, use_style
from concept_freq.views import View, complete

YLABEL = {"classification": "zero-shot accuracy (%)", "retrieval": "recall@{k}, {direction} (%)"}
MODALITY = {"text": "in captions", "image": "in pictures", "matched": "in captions and pictures"}


def draw_model(axes: Axes, points: pd.DataFrame, bins: Bins, kept: np.ndarray, colour: tuple, marker: str) -> None:
    """Concepts, bin means with intervals, and the fit of one model."""
    jitter = np.random.default_rng(0).uniform(0.93, 1.07, len(points))
    size = 5 if len(points) < 1000 else 1.5
    x = points["count"].clip(lower=1) * jitter
    axes.scatter(x, points.score, s=size, color=colour, alpha=0.18, linewidths=0, rasterized=True)
    half = stats.t.ppf(0.975, np.maximum(bins.n - 1, 1)) * bins.standard_error
    axes.vlines(bins.edge, *np.clip([bins.mean - half, bins.mean + half], 0, 100), color=colour, linewidth=1, alpha=0.8)
    for use, face in ((kept, colour), (~kept, "white")):
        look = {"marker": marker, "facecolor": face, "edgecolor": colour, "zorder": 3}
        axes.scatter(bins.edge[use], bins.mean[use], s=34, **look)
    draw_line(axes, bins.edge[kept], bins.mean[kept], colour)


def write_sizes(axes: Axes, bins: Bins) -> None:
    """Number of concepts in each bin, above the panel's lower edge."""
    for edge, n in zip(bins.edge, bins.n, strict=True):
        if n:
            place = {"xycoords": ("data", "axes fraction"), "ha": "center", "fontsize": 6, "color": "#555"}
            axes.annotate(str(n), (edge, 0.01), **place)


def label_of(fits: pd.DataFrame, model: str) -> str:
    """Legend entry: backbone, rho of the published recipe with its stars, rho over concepts, slope with interval."""
    by_recipe = fits.set_index("recipe")
    paper, effect = by_recipe.loc["paper"], by_recipe.loc["fixed_effects"]
    star = "**" if paper.p_value < 0.05 else ""
    slope = f"{effect.slope_per_decade:+.1f} [{effect.ci_low:.1f}, {effect.ci_high:.1f}]"
    rho = f"ρ bins {paper.rho:.2f}{star}, concepts {by_recipe.rho['concept']:.2f}"
    return f"{model.split('/')[-1]}: {rho}; {slope} per decade"


def draw_panel(axes: Axes, points: pd.DataFrame, fits: pd.DataFrame, binning: dict, colour: str) -> list[pd.DataFrame]:
    """All models of one row and pretraining dataset; returns the drawn bins."""
    drawn = []
    for i, (model, of_model) in enumerate(points.groupby("model")):
        backbone, shade = model.split("/")[-1], tint(colour, i)
        slices = binning_of(binning, model.split("/")[0])
        bins = bin_means(of_model["count"].to_numpy(), of_model.score.to_numpy(), slices.edges)
        kept = np.isin(np.arange(slices.edges), np.arange(slices.first, slices.stop))
        draw_model(axes, of_model, bins, kept, shade, marker_of(backbone))
        label = label_of(fits[fits.model == model], model)
        axes.plot([], [], color=shade, marker=marker_of(backbone), label=label)
        drawn.append(pd.DataFrame({"kind": "bin", "model": model, "edge": bins.edge, "mean": bins.mean, "n": bins.n}))
    write_sizes(axes, bins)
    count_axis(axes)
    axes.set_ylim(-6, 124)
    axes.set_yticks(range(0, 101, 20))
    axes.legend(loc="upper left", fontsize=6.5, frameon=False)
    return drawn


def draw(views: list[View], observations: pd.DataFrame, fits: pd.DataFrame, binning: dict, args) -> tuple:
    """The whole figure and its data: bins and concepts. A single row or column lies flat, or is broken in two."""
    panels = [(view, pretraining) for view in views for pretraining in args.pretraining]
    width = len(args.pretraining) if len(views) > 1 else len(panels)
    width = 2 if len(views) == 1 and len(panels) > 3 else max(width, len(views) * (len(args.pretraining) == 1))
    layout = {"figsize": (4.5 * width, 3.4 * -(-len(panels) // width)), "squeeze": False, "layout": "constrained"}
    figure, grid = plt.subplots(-(-len(panels) // width), width, sharey=True, **layout)
    colours, data = palette([path.stem for path in args.counts]), []
    for i, (axes, (view, pretraining)) in enumerate(zip(grid.flat, panels, strict=False)):
        points = view.points(observations, args.left_out)
        here = points[points.pretraining == pretraining]
        if i % width == 0:
            axes.set_ylabel(YLABEL[view.task].format(**view.scores))
        if here.empty:
            axes.set_axis_off()
            continue
        drawn = draw_panel(axes, here, view.fits(fits), binning, colours[pretraining])
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
    observations = join(read_scores(args.scores), read_counts(args.counts))
    if args.figure["task"] == "retrieval":
        observations["score"] *= 100
    use_style()
    figure, data = draw(views, observations, read_fits(args.fits), args.binning, args)
    save(figure, args.out, data)


if __name__ == "__main__":
    main()

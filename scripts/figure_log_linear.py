"""Draw accuracy against the logarithm of concept frequency: a panel per evaluation set and pretraining dataset.

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

from concept_freq.log_linear import Binning, Bins, bin_means
from concept_freq.observations import is_main, join, read_counts, read_main_fits, read_scores
from concept_freq.plots import COLOURS, pretty, save, use_style

YLABEL = {
    "classification": "zero-shot accuracy (%)",
    "retrieval": "recall@{k}, {direction} (%)",
}


def draw_fit(axes: Axes, bins: Bins, keep: slice, colour: str) -> None:
    """Line and 95 % band of the least squares fit to the kept bin means."""
    x, y = np.log10(bins.edge[keep]), bins.mean[keep]
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    if len(x) < 3:
        return
    line, grid = stats.linregress(x, y), np.linspace(x.min(), x.max(), 50)
    fitted = line.intercept + line.slope * grid
    spread = np.sqrt(np.sum((y - line.intercept - line.slope * x) ** 2) / (len(x) - 2))
    half = (
        stats.t.ppf(0.975, len(x) - 2)
        * spread
        * np.sqrt(1 / len(x) + (grid - x.mean()) ** 2 / np.sum((x - x.mean()) ** 2))
    )
    axes.plot(10**grid, fitted, color=colour, linewidth=1.8)
    axes.fill_between(10**grid, fitted - half, fitted + half, color=colour, alpha=0.15, linewidth=0)


def draw_model(axes: Axes, points: pd.DataFrame, bins: Bins, keep: slice, colour: str, marker: str) -> None:
    """Concepts, bin means with intervals, and the fit of one model."""
    jitter = np.random.default_rng(0).uniform(0.93, 1.07, len(points))
    axes.scatter(
        points["count"].clip(lower=1) * jitter,
        points.score,
        s=5,
        color=colour,
        alpha=0.18,
        linewidths=0,
    )
    kept = np.zeros(len(bins.n), dtype=bool)
    kept[keep] = True
    half = stats.t.ppf(0.975, np.maximum(bins.n - 1, 1)) * bins.standard_error
    ends = np.clip([bins.mean - half, bins.mean + half], 0, 100)
    axes.vlines(bins.edge, *ends, color=colour, linewidth=1, alpha=0.8)
    for use, face in ((kept, colour), (~kept, "white")):
        axes.scatter(
            bins.edge[use],
            bins.mean[use],
            s=34,
            marker=marker,
            facecolor=face,
            edgecolor=colour,
            zorder=3,
        )
    draw_fit(axes, bins, keep, colour)


def write_sizes(axes: Axes, bins: Bins) -> None:
    """Number of concepts in each bin, above the panel's lower edge."""
    for edge, n in zip(bins.edge, bins.n, strict=True):
        if n:
            axes.annotate(
                str(n),
                (edge, 0.01),
                xycoords=("data", "axes fraction"),
                ha="center",
                fontsize=6,
                color="#555",
            )


def label_of(fits: pd.DataFrame, model: str) -> str:
    """Legend entry: backbone, rho of the published recipe with its stars, rho over concepts, slope with interval."""
    by_recipe = fits.set_index("recipe")
    paper, effect = by_recipe.loc["paper"], by_recipe.loc["fixed_effects"]
    star = "**" if paper.p_value < 0.05 else ""
    slope = f"{effect.slope_per_decade:+.1f} [{effect.ci_low:.1f}, {effect.ci_high:.1f}]"
    rho = f"ρ bins {paper.rho:.2f}{star}, concepts {by_recipe.rho['concept']:.2f}"
    return f"{model.split('/')[-1]}: {rho}; {slope} per decade"


def draw_panel(axes: Axes, points: pd.DataFrame, fits: pd.DataFrame, binning: Binning) -> list[pd.DataFrame]:
    """All models of one evaluation set and pretraining dataset; returns the drawn bins."""
    keep, drawn = slice(binning.first, binning.stop), []
    for (model, of_model), colour, marker in zip(points.groupby("model"), COLOURS, "osD^vP", strict=False):
        bins = bin_means(of_model["count"].to_numpy(), of_model.score.to_numpy(), binning.edges)
        draw_model(axes, of_model, bins, keep, colour, marker)
        axes.plot(
            [],
            [],
            color=colour,
            marker=marker,
            label=label_of(fits[fits.model == model], model),
        )
        drawn.append(pd.DataFrame({"model": model, "edge": bins.edge, "mean": bins.mean, "n": bins.n}))
    write_sizes(axes, bins)
    axes.set_xscale("log")
    axes.set_ylim(-6, 104)
    axes.legend(loc="upper left", fontsize=6.5, frameon=False)
    return drawn


def draw(
    points: pd.DataFrame,
    fits: pd.DataFrame,
    binning: Binning,
    order: list[str],
    main: dict,
) -> tuple:
    """The whole figure and its data: bins and concepts."""
    datasets = sorted(points.dataset.unique())
    size = (4.3 * len(order), 3.3 * len(datasets))
    figure, grid = plt.subplots(
        len(datasets),
        len(order),
        figsize=size,
        squeeze=False,
        sharey="row",
        layout="constrained",
    )
    data = []
    for i, dataset in enumerate(datasets):
        for j, pretraining in enumerate(order):
            here = points[(points.dataset == dataset) & (points.pretraining == pretraining)]
            of_panel = fits[(fits.dataset == dataset) & (fits.pretraining == pretraining)]
            bins = draw_panel(grid[i, j], here, of_panel, binning)
            data += [table.assign(kind="bin", dataset=dataset) for table in bins]
            grid[i, j].set_title(f"{pretty(dataset)}, trained on {pretty(pretraining)}", fontsize=9)
        grid[i, 0].set_ylabel(YLABEL[points.task.iloc[0]].format(**main))
    for axes in grid[-1]:
        axes.set_xlabel(f"{main['count_type']} frequency of the concept (pairs)")
    concepts = points.rename(columns={"count": "edge", "score": "mean"}).assign(kind="concept")
    columns = ["kind", "dataset", "model", "concept", "edge", "mean", "n"]
    table = pd.concat([*data, concepts], ignore_index=True)[columns]
    return figure, table.rename(columns={"edge": "frequency", "mean": "score"})


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", choices=("classification", "retrieval"), required=True)
    parser.add_argument("--class-accuracy", type=Path, required=True)
    parser.add_argument("--retrieval-recall", type=Path, required=True)
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--fits", type=Path, required=True)
    parser.add_argument("--binning", type=json.loads, required=True, help="JSON: edges, first, stop")
    parser.add_argument(
        "--main",
        type=json.loads,
        required=True,
        help="JSON: count_type, prompts, direction, k",
    )
    parser.add_argument(
        "--threshold",
        required=True,
        help="the configured tag threshold, as in the table of fits",
    )
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    scores = read_scores(args.class_accuracy, args.retrieval_recall)
    scores = scores[is_main(scores, args.main) & (scores.task == args.task)]
    points = join(scores, read_counts(args.counts)).rename(columns={f"n_{args.main['count_type']}": "count"})
    if args.task == "retrieval":
        points["score"] *= 100
    fits = read_main_fits(args.fits, args.main, args.threshold)
    fits = fits[fits.task == args.task]
    use_style()
    figure, data = draw(
        points,
        fits,
        Binning(**args.binning),
        [path.stem for path in args.counts],
        args.main,
    )
    save(figure, args.out, data)


if __name__ == "__main__":
    main()

"""Draw one published metric of all text-to-image models against concept frequency (paper, Fig. 3 and appendix).

Dots are bin means with 95 % intervals, filled where the published recipe keeps the bin; the title gives its rho
(** for p < 0.05) and Pearson's r over single concepts.
"""

import argparse
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from concept_freq.analysis.binning import Binning, bin_means, binning_of
from concept_freq.analysis.counts import read_counts
from concept_freq.analysis.fits import read_fits
from concept_freq.analysis.point_sets import join
from concept_freq.analysis.scores import read_scores
from concept_freq.figures.look import COLOURS, count_axis, draw_bins, save, stars, use_style, write_sizes
from concept_freq.figures.rows import complete

COLUMNS = 6


def draw_model(axes: Axes, points: pd.DataFrame, fits: pd.DataFrame, binning: Binning) -> pd.DataFrame:
    """One model's panel; returns the drawn bins."""
    bins = bin_means(points["count"].to_numpy(), points.score.to_numpy(), binning.edges)
    draw_bins(axes, bins, binning.kept, (-np.inf, np.inf), COLOURS[0], "o", size=22)
    write_sizes(axes, bins, size=4.5)
    count_axis(axes)
    by_recipe = fits.set_index("recipe")
    star = stars(by_recipe.p_value["paper"])
    model = points.model.iloc[0].split("/")[-1].split("_")[-1]
    axes.set_title(
        f"{model}\nρ {by_recipe.rho['paper']:.2f}{star}, concepts {by_recipe.rho['concept']:.2f}", fontsize=7
    )
    axes.tick_params(labelsize=7)
    return pd.DataFrame({"model": points.model.iloc[0], "frequency": bins.edge, "mean": bins.mean, "n": bins.n})


def draw(points: pd.DataFrame, fits: pd.DataFrame, binning: Binning, metric: str) -> tuple:
    """A panel per model, one scale for all; and the drawn bins."""
    models = sorted(points.model.unique())
    shape = (-(-len(models) // COLUMNS), COLUMNS)
    layout = {"figsize": (2.2 * COLUMNS, 1.9 * shape[0]), "sharex": True, "sharey": True, "layout": "constrained"}
    figure, grid = plt.subplots(*shape, squeeze=False, **layout)
    data = []
    for axes, model in zip(grid.flat, models, strict=False):
        data.append(draw_model(axes, points[points.model == model], fits[fits.model == model], binning))
    for axes in grid.flat[len(models) :]:
        axes.set_axis_off()
    means = pd.concat(data)["mean"]
    low, high = means.min(), means.max()
    grid[0, 0].set_ylim(low - 0.6 * (high - low), high + 0.4 * (high - low))  # a bin of two has no end of an interval
    figure.supxlabel("frequency in both captions and pictures of LAION-Aesthetics (pairs)", fontsize=9)
    figure.supylabel(metric.replace("_", " "), fontsize=9)
    return figure, pd.concat(data, ignore_index=True)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--metric", required=True)
    parser.add_argument("--scores", type=Path, required=True)
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--fits", type=Path, required=True)
    parser.add_argument("--binning", type=json.loads, required=True, help="JSON: edges, first, stop")
    parser.add_argument("--main", type=json.loads, required=True, help="JSON: count_type, prompts, direction, k")
    parser.add_argument("--threshold", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    view = complete({"metric": args.metric}, "text_to_image", args.main, args.threshold)
    points = view.points(join(read_scores([args.scores]), read_counts(args.counts)), {})
    use_style()
    figure, data = draw(points, view.fits(read_fits(args.fits)), binning_of(args.binning, ""), args.metric)
    save(figure, args.out, data)


if __name__ == "__main__":
    main()

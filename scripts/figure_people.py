"""Draw how often raters recognise generated people against how often their names occur in captions (paper, Fig. 17)."""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from concept_freq.figures.look import COLOURS, GREY, count_axis, draw_line, save, stars, use_style


def draw(buckets: pd.DataFrame, bins: pd.DataFrame) -> plt.Figure:
    """Buckets as faint dots as large as their number of ratings, the published bins with their line."""
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    sizes = 3 * buckets.n_ratings
    axes.scatter(buckets.frequency, buckets.rating, s=sizes, color=GREY, alpha=0.5, label="buckets of people")
    fit = bins.iloc[0]
    label = f"bins of buckets: ρ {fit.rho:.2f}{stars(fit.p_value)}; single buckets: r {fit.rho_buckets:.2f}"
    axes.scatter(bins.frequency, bins.rating, s=40, color=COLOURS[0], label=label, zorder=3)
    draw_line(axes, bins.frequency.to_numpy(), bins.rating.to_numpy(), COLOURS[0])
    for row in bins.itertuples():
        place = {"xytext": (0, -14), "textcoords": "offset points", "ha": "center", "fontsize": 7}
        axes.annotate(f"n = {row.n_buckets:g}", (row.frequency, row.rating), **place)
    count_axis(axes)
    axes.set(ylim=(-0.05, 1.05), xlabel="frequency of the name in captions")
    axes.set_ylabel("rated as recognisable (mean of 0, ½, 1)")
    axes.legend(frameon=False, loc="upper left", fontsize=8)
    return figure


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=Path, required=True, help="people.csv")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    table = pd.read_csv(args.people)
    bins = table[table.kind == "bin"]
    buckets = table[table.kind == "bucket"].iloc[1:]  # the most frequent bucket is in no bin
    use_style()
    save(draw(buckets, bins), args.out, table)


if __name__ == "__main__":
    main()

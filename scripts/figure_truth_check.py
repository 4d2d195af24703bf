"""Draw estimated against planted counts, one panel each for text, image and matched, one dot per concept."""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from concept_freq.figures.look import COLOURS, GREY, pretty, save, use_style
from concept_freq.io.parquet import read_frame


def draw_panel(axes: Axes, kind: pd.DataFrame, summary: pd.DataFrame) -> None:
    """Dots of every dataset on symmetric-log axes, on which a zero has a place; the diagonal is the truth."""
    for (name, dots), colour in zip(kind.groupby("pretraining", sort=False), COLOURS, strict=False):
        row = summary.loc[name]
        label = f"{pretty(name)}: Spearman {row.spearman:.3f}, precision {row.precision:.2f}, recall {row.recall:.2f}"
        axes.scatter(
            dots.planted,
            dots.estimated,
            s=9,
            alpha=0.5,
            color=colour,
            linewidths=0,
            label=label,
        )
    top = max(kind.planted.max(), kind.estimated.max()) * 1.5
    axes.plot([0, top], [0, top], color=GREY, linewidth=0.8, zorder=0)
    for axis, scale in ((axes.xaxis, axes.set_xscale), (axes.yaxis, axes.set_yscale)):
        scale("symlog", linthresh=1, linscale=0.5)
        axis.set_ticks([0, *10 ** np.arange(0, np.ceil(np.log10(top)))])
    axes.set(xlim=(-0.3, top), ylim=(-0.3, top), xlabel="planted (pairs)")
    axes.legend(fontsize=6.5, frameon=False, loc="upper left", handletextpad=0)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparisons", type=Path, nargs="+", required=True)
    parser.add_argument("--summary", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    compared = pd.concat([read_frame(path) for path in args.comparisons], ignore_index=True)
    summary = pd.read_csv(args.summary).set_index(["count_type", "pretraining"])
    use_style()
    figure, panels = plt.subplots(1, 3, figsize=(12, 4.2), layout="constrained")
    for axes, kind in zip(panels, ("text", "image", "matched"), strict=True):
        draw_panel(axes, compared[compared.count_type == kind], summary.loc[kind])
        axes.set_title(f"{kind} frequency")
    panels[0].set_ylabel("estimated (pairs)")
    save(figure, args.out, compared)


if __name__ == "__main__":
    main()

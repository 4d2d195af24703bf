"""Draw the designed experiment: slopes under assigned and natural frequencies, and how easy frequent concepts are."""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from concept_freq.analysis.fits import widest
from concept_freq.figures.look import COLOURS, GREY, count_axis, pretty, save, use_style

LINES = {
    "randomised": "randomised, mean",
    "within_concepts": "randomised, within concepts",
    "natural": "natural, mean",
    "difficulty": "difficulty: natural - randomised",
    "ease_gradient": "ease of naturally frequent concepts",
}
RANDOM, NATURAL = COLOURS[0], COLOURS[2]


def draw_slopes(axes: Axes, estimates: pd.DataFrame, natural: list[str], title: str) -> None:
    """A line per deal, thin, and per summary, thick."""
    singles = estimates[estimates.quantity.str.startswith("slope of ")]
    labels = [pretty(name.removeprefix("slope of ")) for name in singles.quantity] + list(LINES.values())
    rows = pd.concat([singles, estimates.set_index("quantity").loc[list(LINES)].reset_index()])
    for y, row in enumerate(rows.itertuples()):
        name = row.quantity.removeprefix("slope of ")
        colour = NATURAL if name in natural or name == "natural" else RANDOM
        colour = COLOURS[1] if name in ("difficulty", "ease_gradient") else colour
        width = 1 if row.quantity.startswith("slope of") else 2.4
        axes.plot([row.ci_low, row.ci_high], [y, y], color=colour, linewidth=width)
        axes.plot(row.estimate, y, "o" if width == 1 else "D", color=colour, markersize=4 if width == 1 else 6)
    axes.axhline(len(singles) - 0.5, color="#ccc", linewidth=0.8)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("percent points per tenfold frequency", fontsize=9)
    axes.set_title(title, fontsize=10)


def draw_ease(axes: Axes, concepts: pd.DataFrame, gradient: pd.Series) -> None:
    """Each concept's score at the mean frequency, by its natural frequency."""
    x = np.log10(concepts.natural_frequency)
    axes.scatter(concepts.natural_frequency, concepts.ease, s=9, color=COLOURS[1], alpha=0.35, linewidths=0)
    line = concepts.ease.mean() + gradient.estimate * (x - x.mean())
    order = np.argsort(x)
    label = f"{gradient.estimate:+.1f} [{gradient.ci_low:.1f}, {gradient.ci_high:.1f}] per tenfold"
    axes.plot(concepts.natural_frequency.iloc[order], line.iloc[order], color=COLOURS[1], label=label)
    count_axis(axes)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    axes.set_xlabel("natural frequency (pairs)", fontsize=9)
    axes.set_ylabel("score under random frequencies (%)", fontsize=9)


def draw(estimates: pd.DataFrame, concepts: pd.DataFrame, natural: list[str]) -> plt.Figure:
    """A row per task: its pool, or its only evaluation set."""
    panels = widest(estimates, ["task"])[["task", "dataset"]].drop_duplicates()
    shape = {"figsize": (11, 3.9 * len(panels)), "squeeze": False, "layout": "constrained", "width_ratios": [1.25, 1]}
    figure, grid = plt.subplots(len(panels), 2, **shape)
    for row, (task, dataset) in zip(grid, panels.itertuples(index=False), strict=True):
        here = [table[(table.task == task) & (table.dataset == dataset)] for table in (estimates, concepts)]
        share = here[0].set_index("quantity").loc["share_difficulty"]
        percent = f"{share.estimate:.0%} [{share.ci_low:.0%}, {share.ci_high:.0%}]"
        title = f"{task}, {share.n_concepts} concepts: {percent} of the natural slope is difficulty"
        draw_slopes(row[0], here[0], natural, title)
        draw_ease(row[1], here[1], here[0].set_index("quantity").loc["ease_gradient"])
    return figure


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiment", type=Path, required=True, help="experiment.csv")
    parser.add_argument("--concepts", type=Path, required=True, help="experiment_concepts.csv")
    parser.add_argument("--natural", nargs="+", required=True, help="datasets with the natural frequencies")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    estimates, concepts = pd.read_csv(args.experiment), pd.read_csv(args.concepts)
    use_style()
    save(draw(estimates, concepts, args.natural), args.out, estimates)


if __name__ == "__main__":
    main()

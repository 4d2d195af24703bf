"""Draw 40 models on ImageNet against Let It Wag! with both fitted lines (paper, Fig. 6)."""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from concept_freq.figures.look import COLOURS, GREY, save, use_style

KINDS = ("RN", "ViT-B-32", "ViT-B-16", "ViT-L", "larger")


def kind_of(model: str) -> str:
    """Size class of a model, for its colour."""
    backbone = model.split("/")[-1]
    return next((kind for kind in KINDS[:-1] if backbone.startswith(kind)), KINDS[-1])


def draw(table: pd.DataFrame, lines: pd.DataFrame) -> plt.Figure:
    """Scatter, the two published lines, and the diagonal on which nothing would be lost."""
    figure, axes = plt.subplots(figsize=(6.4, 5.4), layout="constrained")
    for kind, colour in zip(KINDS, COLOURS, strict=False):
        here = table[table.model.map(kind_of) == kind]
        axes.scatter(here.imagenet, here.let_it_wag, s=30, color=colour, label=f"{kind} ({len(here)})", zorder=3)
    moved = table[table.imagenet != table.imagenet_loaded]
    axes.hlines(moved.let_it_wag, moved.imagenet_loaded, moved.imagenet, color=GREY, linewidth=0.8)
    axes.scatter(moved.imagenet_loaded, moved.let_it_wag, s=30, facecolor="white", edgecolor=GREY, zorder=2)
    for line, ends, style in zip(lines.itertuples(), ((15, 52), (48, 86)), ("--", "-"), strict=True):
        x = np.array(ends)
        slope = f"slope {line.slope:.2f} [{line.ci_low:.2f}, {line.ci_high:.2f}], {line.side}, n = {line.n_models}"
        axes.plot(x, line.intercept + line.slope * x, style, color="black", linewidth=1.2, label=slope)
    axes.plot([0, 100], [0, 100], ":", color=GREY, linewidth=1, label="no loss")
    for row, offset, side in (
        (table.iloc[0], (-7, -3), "right"),
        (table.iloc[-1], (0, -13), "center"),
    ):  # best and worst
        name = " ".join(reversed(row.model.split("/")))
        place = {"xytext": offset, "textcoords": "offset points", "ha": side, "fontsize": 7}
        axes.annotate(name, (row.imagenet, row.let_it_wag), **place)
    axes.set(xlim=(10, 90), ylim=(-2, 90), xlabel="ImageNet accuracy (%)", ylabel="Let It Wag! accuracy (%)")
    axes.legend(loc="upper left", frameon=False, fontsize=7.5)
    return figure


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--lines", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    table, lines = pd.read_csv(args.table), pd.read_csv(args.lines)
    use_style()
    save(draw(table, lines[lines.imagenet == "imagenet"]), args.out, table)


if __name__ == "__main__":
    main()

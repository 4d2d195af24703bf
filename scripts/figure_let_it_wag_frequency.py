"""Draw how often the 290 classes of Let It Wag! occur in a pretraining dataset (paper, Fig. 21)."""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from concept_freq.figures.look import COLOURS, GREY, count_axis, pretty, save, use_style
from concept_freq.io.parquet import read_frame
from concept_freq.text.concepts import spelling_key

KINDS = {"n_text": "in captions", "n_image": "in pictures", "n_matched": "in both"}


def look_up(classes: list[str], counts: pd.DataFrame) -> pd.DataFrame:
    """Counts of each class, the largest among spellings that differ only in case, hyphens and underscores."""
    by_name = counts.assign(name=counts.concept.map(spelling_key)).groupby("name")[list(KINDS)].max()
    found = by_name.reindex([spelling_key(name) for name in classes])
    return found.assign(concept=classes).reset_index(drop=True)


def draw(found: pd.DataFrame, everything: pd.DataFrame, pretraining: str) -> plt.Figure:
    """Histograms of the classes over those of all concepts; zeros have a bar of their own at the left."""
    figure, panels = plt.subplots(1, 3, figsize=(10.5, 3.2), sharey=True, layout="constrained")
    edges = np.concatenate([[0.1, 0.3], 10 ** np.arange(0, 9, 0.5)])
    for axes, (column, where) in zip(panels, KINDS.items(), strict=True):
        for table, colour, label in ((everything, GREY, "all concepts"), (found, COLOURS[1], "Let It Wag!")):
            n = table[column].dropna().astype(float)
            weights = np.full(len(n), 100 / len(n))
            axes.hist(n.where(n > 0, 0.17), edges, weights=weights, color=colour, alpha=0.6, label=label)
        known = found[column].dropna()
        axes.set_title(f"{where}: {(known == 0).sum()} of {len(known)} never, median {known.median():g}", fontsize=9)
        count_axis(axes)
        axes.set_xticks([0.17, 1, 100, 10**4, 10**6, 10**8], ["0", "1", "100", "10k", "1M", "100M"])
        axes.set_xlabel(f"frequency in {pretty(pretraining)} (pairs)")
    panels[0].set_ylabel("share of concepts (%)")
    panels[0].legend(frameon=False, fontsize=8)
    return figure


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", type=Path, required=True, help="class names, one per line, quoted")
    parser.add_argument("--counts", type=Path, required=True, help="table of concept counts")
    parser.add_argument("--pretraining", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    classes = [
        line.strip().strip('"') for line in args.classes.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    counts = read_frame(args.counts)
    counts = counts[counts.pretraining == args.pretraining]
    found = look_up(classes, counts)
    if lost := found.concept[found.n_image.isna()].tolist():
        print(f"{len(lost)} of {len(classes)} classes are not among the counted concepts: {', '.join(lost)}")
    use_style()
    save(draw(found, counts, args.pretraining), args.out, found[["concept", *KINDS]])


if __name__ == "__main__":
    main()

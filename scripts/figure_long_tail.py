"""Draw the long tail: matched frequency of concepts by rank, one line per pretraining dataset (paper, Fig. 5)."""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from concept_freq.plots import pretty, save, use_style


def rank(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts of each dataset in descending order, with rank and share of the largest."""
    ranked = counts.sort_values(["pretraining", "n_matched", "concept"], ascending=[True, False, True])
    ranked["rank"] = ranked.groupby("pretraining").cumcount() + 1
    ranked["share_of_largest"] = ranked.n_matched / ranked.groupby("pretraining").n_matched.transform("max")
    return ranked[["pretraining", "rank", "concept", "n_matched", "share_of_largest"]]


def draw(ranked: pd.DataFrame, order: list[str]) -> plt.Figure:
    """Counts by rank on a log axis, zeros named in the legend; the inset has linear axes, as published."""
    figure, axes = plt.subplots(figsize=(6.4, 4), layout="constrained")
    inset = axes.inset_axes((0.62, 0.62, 0.36, 0.34))
    for pretraining in order:
        line = ranked[ranked.pretraining == pretraining]
        some = line[line.n_matched > 0]
        absent = len(line) - len(some)
        axes.plot(
            some["rank"],
            some.n_matched,
            label=f"{pretty(pretraining)}: {absent} of {len(line)} concepts never matched",
        )
        inset.plot(line["rank"], line.share_of_largest)
    axes.set(yscale="log", xlabel="concept, by rank", ylabel="matched frequency (pairs)")
    inset.set_ylabel("share of largest", fontsize=7)
    inset.tick_params(labelsize=7)
    axes.legend(loc="lower left", frameon=False, fontsize=8)
    return figure


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=Path, required=True, help="table of concept counts")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    counts = pd.read_parquet(args.counts)
    ranked = rank(counts)
    use_style()
    save(draw(ranked, list(counts.pretraining.unique())), args.out, ranked)


if __name__ == "__main__":
    main()

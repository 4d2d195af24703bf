"""Draw the long tail: frequency of concepts by rank, one line per pretraining dataset (paper, Fig. 5: matched)."""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.ticker import FuncFormatter

from concept_freq.analysis.counts import of_sets, read_counts
from concept_freq.figures.look import dataset_colours, pretty, save, short_count, use_style

INSET = 180  # ranks, as published
NEVER = {"matched": "matched", "text": "in captions", "image": "in pictures"}
LAWS = {
    "lognormal": "a log-normal",
    "truncated_power_law": "a power law with cut-off",
    "exponential": "an exponential",
    "stretched_exponential": "a stretched exponential",
}


def rank(counts: dict[str, pd.DataFrame], datasets: list[str], column: str) -> pd.DataFrame:
    """Counts of each dataset in descending order, with rank and share of the largest; published ones of these sets."""
    ranked = []
    for pretraining, table in counts.items():
        table = of_sets(table, datasets)
        table = table[table[column].notna()].sort_values([column, "concept"], ascending=[False, True])
        table = table.assign(pretraining=pretraining, rank=range(1, len(table) + 1))
        ranked.append(table.assign(share_of_largest=table[column].astype(float) / table[column].max()))
    return pd.concat(ranked)[["pretraining", "rank", "concept", column, "share_of_largest"]]


def describe(tail: pd.Series) -> str:
    """What is known of a tail: its exponent, and the law that describes it best; nothing where none was fitted."""
    if not tail.get("zipf", float("nan")) > 0:
        return ""
    exponent = f", Zipf exponent {tail.zipf:.2f} over the first {tail.n_tail:.0f}"
    if not isinstance(best := tail.get("best"), str) or best == "power_law":
        return exponent
    doubt = best in str(tail.indistinguishable).split()
    return f"{exponent},\n    better described by {LAWS.get(best, pretty(best))}{' (not certain)' if doubt else ''}"


def draw(ranked: pd.DataFrame, tails: pd.DataFrame, colours: dict[str, str], kind: str) -> plt.Figure:
    """Counts by rank on log axes with zeros and exponent in the legend; the inset has linear axes, as published."""
    column = f"n_{kind}"
    figure, axes = plt.subplots(figsize=(7.4, 4.8), layout="constrained")
    inset = axes.inset_axes((0.66, 0.66, 0.33, 0.3))
    for pretraining, line in ranked.groupby("pretraining", sort=False):
        some, tail = line[line[column] > 0], tails.loc[pretraining]
        label = f"{pretty(pretraining)}: {tail.share_zero:.0%} of {len(line):,} never {NEVER[kind]}{describe(tail)}"
        axes.plot(some["rank"], some[column].astype(float), color=colours[pretraining], label=label)
        inset.plot(line["rank"][:INSET], line.share_of_largest[:INSET], color=colours[pretraining], linewidth=1)
    axes.set(xscale="log", yscale="log", xlabel="concept, by rank", ylabel=f"{kind} frequency (pairs)")
    axes.set_ylim(0.5, 300 * float(ranked[column].max()))  # room for the inset above the lines
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(short_count))
    inset.set_title(f"share of the largest, ranks to {INSET}", fontsize=7)
    inset.tick_params(labelsize=7)
    axes.legend(loc="lower left", frameon=False, fontsize=7.5)
    return figure


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--datasets", nargs="*", default=[], help="evaluation sets whose published counts are pooled")
    parser.add_argument("--count-type", choices=NEVER, default="matched")
    parser.add_argument("--tails", type=Path, required=True, help="long_tail.csv")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    ranked = rank(read_counts(args.counts), args.datasets, f"n_{args.count_type}")
    tails = pd.read_csv(args.tails)
    tails = tails[tails.count_type == args.count_type].set_index("pretraining")
    use_style()
    colours = dataset_colours([path.stem for path in args.counts])
    save(draw(ranked, tails, colours, args.count_type), args.out, ranked)


if __name__ == "__main__":
    main()

"""Draw how far a tagger can be trusted, where the truth is known: calibration, and corrected against planted counts."""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from scipy.stats import beta

from concept_freq.figures.look import COLOURS, GREY, count_axis, pretty, save, short_count, use_style
from concept_freq.io.duck import connect
from concept_freq.io.listed import require_list
from concept_freq.io.parquet import verify

RELIABILITY_SQL = """
with truth as (select shard, row, concept from read_parquet($truth) where in_picture)
select floor(probability * 20) / 20 as low, count(*) as n, count(truth.concept) as shown,
    avg(probability) as probability
from read_parquet($tags) tags join concept_ids using (concept_id) left join truth using (shard, row, concept)
group by low order by low
"""


def reliability(tags: list[str], truth: list[str], names: list[str]) -> pd.DataFrame:
    """Share of tags that are true, by twentieths of their probability, with 95 % (Clopper-Pearson) intervals."""
    db = connect()
    db.register("concept_ids", pd.DataFrame({"concept": names, "concept_id": range(len(names))}))
    found = db.execute(RELIABILITY_SQL, {"tags": tags, "truth": truth}).df()
    found["share"] = found.shown / found.n
    found["low_share"] = np.nan_to_num(beta.ppf(0.025, found.shown, found.n - found.shown + 1))
    found["high_share"] = np.nan_to_num(beta.ppf(0.975, found.shown + 1, found.n - found.shown), nan=1.0)
    return found


def draw_reliability(axes: Axes, found: pd.DataFrame) -> None:
    """Share of true tags against their probability."""
    axes.plot([0.5, 1], [0.5, 1], color=GREY, linewidth=0.8, linestyle="--")
    spread = [found.share - found.low_share, found.high_share - found.share]
    axes.errorbar(
        found.probability, found.share, spread, fmt="o-", color=COLOURS[0], markersize=4, linewidth=1.2, clip_on=False
    )
    axes.set(xlabel="probability that the tagger gives", ylim=(0, 1))


def draw_counts(axes: Axes, table: pd.DataFrame) -> None:
    """Apparent and corrected counts against the planted ones, with intervals."""
    known = table[table.planted > 0]
    limits = [0.8, 1.3 * known.planted.max()]
    axes.plot(limits, limits, color=GREY, linewidth=0.8, linestyle="--")
    clipped = known[["ci_low", "ci_high", "n_corrected", "n_image"]].clip(lower=0.8)
    axes.vlines(known.planted, clipped.ci_low, clipped.ci_high, color=COLOURS[2], alpha=0.25, linewidth=0.8)
    axes.scatter(known.planted, clipped.n_image, s=6, color=COLOURS[1], label="counted", alpha=0.7, zorder=3)
    axes.scatter(known.planted, clipped.n_corrected, s=6, color=COLOURS[2], label="corrected", zorder=4)
    count_axis(axes)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(short_count))
    inside = ((known.ci_low <= known.planted) & (known.planted <= known.ci_high)).mean()
    axes.set(xlabel="pictures that show the concept, planted")
    note = f"{len(known)} concepts; {inside:.0%} of the\nintervals hold the planted count"
    axes.text(0.03, 0.97, note, transform=axes.transAxes, va="top", fontsize=8)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corrected", type=Path, nargs="+", required=True, help="PRETRAINING.csv")
    parser.add_argument("--tags", type=Path, nargs="+", required=True, help="PRETRAINING/CHUNK.parquet")
    parser.add_argument("--truth", type=Path, nargs="+", required=True, help="PRETRAINING/SHARD.parquet")
    parser.add_argument("--concepts", type=Path, help="list that the tags must be of")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    verify([*args.tags, *args.truth])
    if args.concepts:
        require_list(args.tags, args.concepts)
    use_style()
    columns = len(args.corrected)
    figure, grid = plt.subplots(2, columns, figsize=(3.3 * columns, 6), squeeze=False, layout="constrained")
    data = []
    for j, path in enumerate(args.corrected):
        table = pd.read_csv(path)
        files = [[str(file) for file in all_ if file.parent.name == path.stem] for all_ in (args.tags, args.truth)]
        found = reliability(*files, list(table.concept))
        draw_reliability(grid[0, j], found)
        draw_counts(grid[1, j], table)
        grid[0, j].set_title(pretty(path.stem), fontsize=10)
        data.append(found.assign(pretraining=path.stem))
    grid[0, 0].set_ylabel("share of these tags that are true")
    grid[1, 0].set_ylabel("pictures, by the tagger")
    grid[1, 0].legend(loc="lower right", frameon=False, fontsize=8)
    save(figure, args.out, pd.concat(data))


if __name__ == "__main__":
    main()

"""Compare the slope under frequencies assigned at random, several times over, with that under the natural ones.

A row per task, evaluation set and quantity, in percent points per tenfold frequency. Each deal's own slope has a
bootstrap interval over concepts; ``randomised`` and ``natural`` are means with Student's interval across deals; the
other intervals draw concepts and deals anew together. The second table says how easy each concept is.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from concept_freq.analysis.binning import decades
from concept_freq.analysis.counts import read_counts
from concept_freq.analysis.experiment import Deals, ease, estimates, resampled, slopes
from concept_freq.analysis.intervals import student
from concept_freq.analysis.point_sets import join
from concept_freq.analysis.resampling import bootstrap_interval
from concept_freq.analysis.scores import POOL, main_scores, read_scores
from concept_freq.io.tables import write_csv


def deals_of(points: pd.DataFrame, names: list[str], column: str) -> Deals:
    """Frequency and score of every concept in these datasets, evaluation sets averaged."""
    tables = [points.pivot_table(index="pretraining", columns="concept", values=v) for v in (column, "score")]
    counts, scores = (table.loc[names].to_numpy() for table in tables)
    return Deals(decades(counts), scores)


def own_slopes(deals: Deals, names: list[str], draws: int, seed: int) -> Iterator[dict]:
    """The slope of each deal by itself."""
    rng, n = np.random.default_rng(seed), deals.x.shape[1]
    weights = rng.multinomial(n, np.full(n, 1 / n), draws).astype(float)
    ends = bootstrap_interval(np.array([slopes(deals, w) for w in weights]), n)
    for i, name in enumerate(names):
        estimate = slopes(deals, np.ones(n))[i]
        yield {"quantity": f"slope of {name}", "estimate": estimate, "ci_low": ends[0, i], "ci_high": ends[1, i]}


def quantities(random: Deals, natural: Deals, draws: int, seed: int) -> Iterator[dict]:
    """What the experiment says."""
    ones = np.ones(random.x.shape[1])
    ends = resampled(random, natural, draws, seed)
    ends |= {"randomised": student(slopes(random, ones)), "natural": student(slopes(natural, ones))}
    for name, estimate in estimates(random, natural, ones).items():
        yield {"quantity": name, "estimate": estimate, "ci_low": ends[name][0], "ci_high": ends[name][1]}


def describe(random: Deals, natural: Deals, args: argparse.Namespace) -> list[dict]:
    """Slopes of the single datasets, then what they say together."""
    return [
        *own_slopes(random, args.random, args.draws, args.seed),
        *own_slopes(natural, args.natural, args.draws, args.seed),
        *quantities(random, natural, args.draws, args.seed),
    ]


def panels(observations: pd.DataFrame) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Each evaluation set of each task and, where a task has several, all together: names and observations."""
    for task, of_task in observations.groupby("task", sort=True):
        sets = [(name, points) for name, points in of_task.groupby("dataset")]
        for dataset, points in [*sets, (POOL, of_task)] if len(sets) > 1 else sets:
            yield {"task": task, "dataset": dataset}, points


def fit_panel(points: pd.DataFrame, args: argparse.Namespace) -> tuple[list[dict], pd.DataFrame]:
    """What the experiment says of these observations, and how easy each of their concepts is."""
    column = f"n_{args.main['count_type']}"
    random, natural = (deals_of(points, names, column) for names in (args.random, args.natural))
    rows = describe(random, natural, args)
    slope = next(row["estimate"] for row in rows if row["quantity"] == "within_concepts")
    columns = {"natural_frequency": 10 ** natural.x.mean(axis=0), "ease": ease(random, slope)}
    concepts = pd.DataFrame({"concept": sorted(points.concept.unique()), **columns})
    return [row | {"n_concepts": len(concepts)} for row in rows], concepts


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", type=Path, nargs="+", required=True, help="tables of scores")
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--random", nargs="+", required=True, help="datasets with frequencies assigned at random")
    parser.add_argument("--natural", nargs="+", required=True, help="datasets with the natural ones")
    parser.add_argument("--backbone", required=True, help="which model of each dataset")
    parser.add_argument("--main", type=json.loads, required=True, help="JSON: count_type, prompts, direction, k")
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--concepts", type=Path, required=True, help="CSV: natural frequency and ease of each concept")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    """Command line entry point."""
    args = arguments()
    observations = main_scores(join(read_scores(args.scores), read_counts(args.counts)), args.main)
    observations = observations[observations.model == observations.pretraining + "/" + args.backbone]
    rows, eases = [], []
    for panel, points in panels(observations):
        found, concepts = fit_panel(points, args)
        rows += [panel | row for row in found]
        eases.append(pd.DataFrame({**panel, **concepts}))
    summary = pd.DataFrame(rows)
    write_csv(summary, args.out)
    write_csv(pd.concat(eases), args.concepts)
    print(summary[~summary.quantity.str.startswith("slope of")].to_string(index=False, float_format="{:.3g}".format))


if __name__ == "__main__":
    main()

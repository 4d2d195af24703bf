"""Tabulate for each concept and model how many more pairs of the concept so many points more would take.

Scores are the mean over the evaluation sets that the main fit pools (``dataset`` is ``all``), or those of the one set.
``scripts/plan_samples.py`` asks this table about one concept and any number of points.
"""

import argparse
from pathlib import Path

import pandas as pd

from concept_freq.analysis.counts import read_counts
from concept_freq.analysis.fits import main_fits, read_fits, widest
from concept_freq.analysis.point_sets import add_relation_options, join, left_out_of_pool
from concept_freq.analysis.sample_plan import add_plan
from concept_freq.analysis.scores import comparable, main_scores, read_scores
from concept_freq.io.tables import write_csv

MODEL = ["task", "pretraining", "model"]
COLUMNS = ["score", "points", "n_more", "n_more_low", "n_more_high", "upper_end", "reachable", "reason"]
COLUMNS += ["share_of_dataset", "beyond_data", "slope_per_decade", "ci_low", "ci_high", "n_samples", "largest"]


def slopes(fits: pd.DataFrame) -> pd.DataFrame:
    """The fit of each model over all its evaluation sets: the pooled one where there is one."""
    fits = comparable(fits[fits.recipe == "fixed_effects"])
    return widest(fits, MODEL)[[*MODEL, "dataset", "slope_per_decade", "ci_low", "ci_high"]]


def standing(observations: pd.DataFrame, count_type: str, left_out: dict[str, list[str]]) -> pd.DataFrame:
    """Frequency and score (percent) of each concept and model, over the evaluation sets that the pool holds.

    Published counts differ a little between evaluation sets: the first set's is taken.
    """
    column = f"n_{count_type}"
    several = observations.groupby("task").dataset.transform("nunique") > 1
    known = observations[column].notna() & ~(several & left_out_of_pool(observations, left_out, count_type))
    rows = observations[known & observations.score.notna()].assign(frequency=lambda t: t[column].astype(float))
    of_model = rows.groupby(MODEL)
    rows["largest"], rows["n_samples"] = of_model.frequency.transform("max"), rows.n_samples.astype(float)
    columns = dict.fromkeys(("frequency", "largest", "n_samples"), "first")
    return rows.groupby([*MODEL, "concept"], as_index=False).agg({**columns, "score": "mean"})


def tabulate(
    observations: pd.DataFrame, fits: pd.DataFrame, count_type: str, left_out: dict[str, list[str]], points: float
) -> pd.DataFrame:
    """The plan of every concept, model by model, the rarest concepts first."""
    table = standing(observations, count_type, left_out).merge(slopes(fits), on=MODEL, validate="many_to_one")
    table = add_plan(table, points).sort_values([*MODEL, "frequency", "concept"])
    table = table.rename(columns={"frequency": f"n_{count_type}"})
    whole = dict.fromkeys((f"n_{count_type}", "n_more", "n_more_low", "n_more_high", "n_samples", "largest"), "Int64")
    return table.astype(whole)[[*MODEL, "dataset", "concept", f"n_{count_type}", *COLUMNS]]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_relation_options(parser)
    parser.add_argument("--fits", type=Path, required=True)
    parser.add_argument("--threshold", required=True)
    parser.add_argument("--points", type=float, required=True, help="percent points to gain")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    scores = comparable(read_scores(args.scores))
    observations = main_scores(join(scores, read_counts(args.counts)), args.main)
    fits = main_fits(read_fits(args.fits), args.main, args.threshold)
    write_csv(tabulate(observations, fits, args.main["count_type"], args.left_out, args.points), args.out)


if __name__ == "__main__":
    main()

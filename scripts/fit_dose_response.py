"""Test whether scores follow a straight line in log frequency: a spline and an isotonic curve beside the line.

A row per panel, model and count of the main scores: F and p of the departure from the line, the share of the variance
within evaluation sets that line, spline and isotonic curve explain, and the spline's slope over the lower and the
upper half of the points. The second table holds the curves. Recall is in percent points.
"""

import argparse
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pandas as pd

from concept_freq.analysis.binning import decades
from concept_freq.analysis.counts import CountColumn, count_columns, read_counts
from concept_freq.analysis.dose_response import DoseResponse, fit_dose_response
from concept_freq.analysis.point_sets import add_relation_options, join, panels_of, point_sets
from concept_freq.analysis.scores import MODEL_KEYS, main_scores, read_scores
from concept_freq.io.progress import progress
from concept_freq.io.tables import write_csv

CURVES = ["line", "spline", "low", "high", "isotonic"]
NAMED = ["task", "pretraining", "dataset", *MODEL_KEYS, "count_type", "threshold"]
SHAPE = ["departure_f", "departure_p", "explained_line", "explained_spline", "explained_isotonic"]
SHAPE += ["slope_lower_half", "slope_upper_half"]


def row_of(shape: DoseResponse) -> dict[str, float]:
    """What the table says of one relation."""
    explained = {f"explained_{name}": share for name, share in shape.explained.items()}
    slopes = dict(zip(("slope_lower_half", "slope_upper_half"), shape.slopes, strict=True))
    return {"departure_f": shape.f_value, "departure_p": shape.p_value, **explained, **slopes}


def fitted(panel: dict, observed: pd.DataFrame, columns: dict[str, CountColumn]) -> Iterator[tuple[dict, DoseResponse]]:
    """Every model and count of a panel that has a shape, and that shape."""
    for models, counts, points in point_sets(observed, columns, None):
        for (j, model), (i, count) in product(enumerate(models), enumerate(counts)):
            named = {**panel, **dict(zip(MODEL_KEYS, model, strict=True))}
            named |= {"count_type": count.count_type, "threshold": count.threshold, "n_points": len(points.group)}
            x = decades(points.counts[:, i])
            if shape := fit_dose_response(x, points.scores[:, j], points.group, points.cluster):
                yield named, shape


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_relation_options(parser)
    parser.add_argument("--thresholds", type=float, nargs="+", required=True)
    parser.add_argument("--curves", type=Path, required=True, help="CSV: the curves on a grid")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    columns = {count.column: count for count in count_columns(args.thresholds[:1])}
    observations = main_scores(join(read_scores(args.scores), read_counts(args.counts)), args.main)
    work, rows, curves = panels_of(observations, columns, args.left_out), [], []
    for task, pretraining, dataset, observed in progress(work, len(work), "fitting curves"):
        panel = {"task": task, "pretraining": pretraining, "dataset": dataset}
        for named, shape in fitted(panel, observed, columns):
            rows.append({**named, **row_of(shape)})
            drawn = {name: getattr(shape, name) for name in CURVES}
            curves.append(pd.DataFrame({**named, "frequency": 10**shape.x, **drawn}).drop(columns="n_points"))
    write_csv(pd.DataFrame(rows, columns=[*NAMED, "n_points", *SHAPE]), args.out)
    write_csv(pd.concat(curves) if curves else pd.DataFrame(columns=[*NAMED, "frequency", *CURVES]), args.curves)


if __name__ == "__main__":
    main()

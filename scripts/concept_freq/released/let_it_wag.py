"""Let It Wag!: accuracy on 290 rare concepts against accuracy on ImageNet (paper, section 6)."""

from dataclasses import dataclass

import pandas as pd
from scipy import stats

SPLIT = 50.0  # ImageNet accuracy at which the published plot divides the models


@dataclass(frozen=True)
class Line:
    """Least squares line through one side of the split: points of Let It Wag! per point of ImageNet."""

    side: str
    slope: float
    intercept: float
    ci_low: float
    ci_high: float
    n_models: int


def fit_sides(table: pd.DataFrame, imagenet: str) -> list[Line]:
    """Both published lines, the models split at 50 % of ImageNet accuracy (the column ``imagenet``)."""
    lines = []
    for side, here in (
        ("ImageNet below 50 %", table[imagenet] < SPLIT),
        ("ImageNet from 50 %", table[imagenet] >= SPLIT),
    ):
        line = stats.linregress(table[imagenet][here], table.let_it_wag[here])
        half = stats.t.ppf(0.975, here.sum() - 2) * line.stderr
        lines.append(Line(side, line.slope, line.intercept, line.slope - half, line.slope + half, int(here.sum())))
    return lines

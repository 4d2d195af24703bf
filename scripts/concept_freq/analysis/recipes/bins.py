"""Recipes over bin means: the published one, and the same without dropping bins."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from concept_freq.analysis.binning import Binning, membership
from concept_freq.analysis.correlation import correlation, pearson_p, summary_of_null
from concept_freq.analysis.recipes.base import Draws, Fit, Points, Recipe


@dataclass(frozen=True)
class BinMeans(Recipe):
    """Pearson and least squares over bin means against the bins' upper edges; an empty bin has no mean, and no point.

    The published slice of the bins is kept, or all with ``every_bin``.
    """

    every_bin: bool = False

    def fit(self, points: Points, binning: Binning, draws: Draws) -> Iterator[tuple[int, int, Fit]]:
        """A fit of every pair."""
        for i, count in enumerate(points.counts.T):
            borders, member = membership(count, binning.edges)
            used = member.any(axis=1) & (self.every_bin | binning.kept)
            x, averaging = borders[used] / np.log(10), member[used] / member[used].sum(axis=1, keepdims=True)
            for j, score in enumerate(points.scores.T):
                yield i, j, self.line(x, averaging, score, draws)

    def line(self, x: np.ndarray, averaging: np.ndarray, score: np.ndarray, draws: Draws) -> Fit:
        """The line through the means of a score (n,) in bins at x (b,); ``averaging`` (b, n) takes the means."""
        if len(x) < 3:
            return Fit.undefined(self.name, len(x))
        y = averaging @ score
        rho = correlation(x, y)
        slope = rho * y.std() / x.std()
        half = stats.t.ppf(0.975, len(x) - 2) * y.std() / x.std() * np.sqrt((1 - rho**2) / (len(x) - 2))
        null = summary_of_null(correlation(x, score[draws.order] @ averaging.T))
        ends = {"ci_low": slope - half, "ci_high": slope + half}
        return Fit(self.name, len(x), rho, pearson_p(rho, len(x)), slope, **ends, **null)

"""Recipes over single points, each a concept in an evaluation set: one line, its ranks, or an intercept per set."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from concept_freq.analysis.binning import Binning, decades
from concept_freq.analysis.correlation import pearson_p, permutation_p, summary_of_null
from concept_freq.analysis.recipes.base import Draws, Fit, Points, Recipe
from concept_freq.analysis.resampling import bootstrap_interval, less_group_means, within_slopes


@dataclass(frozen=True)
class SinglePoints(Recipe):
    """Pearson and least squares over points; the interval is a bootstrap of concepts.

    With ``ranks``, of ranks, which have no slope. With ``within_sets``, an intercept per evaluation set, and p is the
    permutation's.
    """

    ranks: bool = False
    within_sets: bool = False

    def coordinates(self, points: Points) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What is related: x (n, c), y (n, m), and the group (n,) whose means do not count."""
        group = points.group if self.within_sets else np.zeros(len(points.group), dtype=int)
        if self.ranks:
            return stats.rankdata(points.counts, axis=0), stats.rankdata(points.scores, axis=0), group
        return decades(points.counts), points.scores, group

    def fit(self, points: Points, binning: Binning, draws: Draws) -> Iterator[tuple[int, int, Fit]]:
        """A fit of every pair."""
        x, y, group = self.coordinates(points)
        x, y = less_group_means(x, group), less_group_means(y, group)
        size_x, size_y = np.linalg.norm(x, axis=0), np.linalg.norm(y, axis=0)
        slopes = None if self.ranks else within_slopes(x, y, group, draws.weights)
        n, n_concepts = len(group), len(np.unique(points.cluster))
        for j, score in enumerate(y.T):
            shuffled = score[draws.order] @ x  # (draws, c)
            for i, count in enumerate(x.T):
                if n < 3 or size_x[i] < 1e-9 or size_y[j] < 1e-9:
                    yield i, j, Fit.undefined(self.name, n)
                    continue
                rho = np.clip(count @ score / (size_x[i] * size_y[j]), -1, 1)
                null = shuffled[:, i] / (size_x[i] * size_y[j])
                p_value = permutation_p(rho, null) if self.within_sets else pearson_p(rho, n)
                fit = Fit(self.name, n, rho, p_value, **summary_of_null(null))
                if slopes is not None:
                    low, high = bootstrap_interval(slopes[:, i, j], n_concepts)
                    fit = replace(fit, slope_per_decade=rho * size_y[j] / size_x[i], ci_low=low, ci_high=high)
                yield i, j, fit

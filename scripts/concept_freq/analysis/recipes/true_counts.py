"""The slope that scores would have on true counts, from those that were counted (errors in variables)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from concept_freq.analysis.binning import Binning, decades
from concept_freq.analysis.recipes.base import Draws, Fit, Points, Recipe
from concept_freq.analysis.resampling import bootstrap_interval, slopes_and_draws

FEWEST = 10  # concepts with a true count


@dataclass(frozen=True)
class TrueCounts(Recipe):
    """The slope on counted frequency, divided by the reliability of counting; no rho and no p.

    Counting error flattens a slope by the reliability, which is the slope of the true on the counted log frequency
    (regression calibration; Carroll et al. 2006, section 4). Where it is known for a part of the concepts, it is
    learnt from that part. Both slopes are drawn anew together, so the interval has the doubt about either.
    """

    def fit(self, points: Points, binning: Binning, draws: Draws) -> Iterator[tuple[int, int, Fit]]:
        """A fit of every count whose true one is known for enough concepts."""
        if points.true_counts is None:
            return
        x = decades(points.counts)
        observed = slopes_and_draws(x, points.scores, points.group, draws.weights)
        for i, true_count in enumerate(points.true_counts.T):
            known = ~np.isnan(true_count)
            n_concepts = len(np.unique(points.cluster[known]))
            if n_concepts < FEWEST:
                continue
            true = decades(true_count[known])[:, None]
            reliability = slopes_and_draws(x[known][:, [i]], true, points.group[known], draws.weights[:, known])
            slope, drawn = (s[:, i] / r[:, 0] for s, r in zip(observed, reliability, strict=True))
            for j in range(points.scores.shape[1]):
                low, high = bootstrap_interval(drawn[:, j], n_concepts)
                yield i, j, Fit(self.name, int(known.sum()), slope_per_decade=slope[0, j], ci_low=low, ci_high=high)

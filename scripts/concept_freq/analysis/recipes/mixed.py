"""A mixed-effects model of scores on frequency: an intercept per evaluation set and one per concept (statsmodels).

Evaluation sets are few and not drawn from a population, so theirs are fixed; concepts are many, so theirs are random:
a concept that is easy in one set is easy in the next, and its points are not independent evidence.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.tools.sm_exceptions import ConvergenceWarning, SingularMatrixWarning

from concept_freq.analysis.binning import Binning, decades
from concept_freq.analysis.recipes.base import Draws, Fit, Points, Recipe

BORDER = "on the boundary|covariance is singular"  # a variance that is estimated as zero is an answer, no failure


@dataclass(frozen=True)
class Slope:
    """A slope with its 95 % interval and p (Wald), and the share of the variance that concepts share between sets."""

    slope: float = np.nan
    low: float = np.nan
    high: float = np.nan
    p_value: float = np.nan
    concept_share: float = np.nan


def ordinary_slope(design: np.ndarray, y: np.ndarray) -> Slope:
    """The same model where no concept stands in two sets: its intercept cannot be told from the rest."""
    result = sm.OLS(y, design).fit()
    return Slope(result.params[0], *result.conf_int()[0], result.pvalues[0])


def random_intercepts(x: np.ndarray, y: np.ndarray, group: np.ndarray, cluster: np.ndarray) -> Slope:
    """REML fit of y (n,) on x (n,) with fixed intercepts per group and random ones per cluster. All nan if degenerate.

    The interval takes Student's t with as many degrees of freedom as there are concepts less coefficients.
    """
    names, member = np.unique(group, return_inverse=True)
    design = np.column_stack([x, np.eye(len(names))[member]])
    n_clusters = len(np.unique(cluster))
    if n_clusters <= design.shape[1] + 1 or np.linalg.matrix_rank(design) < design.shape[1] or np.ptp(y) == 0:
        return Slope()
    if n_clusters == len(y):
        return ordinary_slope(design, y)
    with warnings.catch_warnings():
        for kind in (ConvergenceWarning, SingularMatrixWarning):
            warnings.filterwarnings("ignore", f".*({BORDER})", kind)
        result = sm.MixedLM(y, design, groups=cluster).fit(reml=True)
    slope, error, between = result.params[0], result.bse[0], float(result.cov_re[0, 0])
    half = stats.t.ppf(0.975, n_clusters - design.shape[1]) * error
    p_value = 2 * stats.t.sf(abs(slope / error), n_clusters - design.shape[1])
    return Slope(slope, slope - half, slope + half, p_value, between / (between + result.scale))


@dataclass(frozen=True)
class MixedEffects(Recipe):
    """An intercept per concept beside the one per evaluation set; no rho, and p is Wald's."""

    main_only = True  # a search for every pair

    def fit(self, points: Points, binning: Binning, draws: Draws) -> Iterator[tuple[int, int, Fit]]:
        """A fit of every pair."""
        x, n = decades(points.counts), len(points.group)
        for i, j in np.ndindex(x.shape[1], points.scores.shape[1]):
            slope = random_intercepts(x[:, i], points.scores[:, j], points.group, points.cluster)
            interval = {"ci_low": slope.low, "ci_high": slope.high}
            yield i, j, Fit(self.name, n, p_value=slope.p_value, slope_per_decade=slope.slope, **interval)

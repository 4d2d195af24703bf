"""A mixed-effects model of scores on frequency: an intercept per evaluation set and one per concept (statsmodels).

Evaluation sets are few and not drawn from a population, so theirs are fixed; concepts are many, so theirs are random:
a concept that is easy in one set is easy in the next, and its points are not independent evidence.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.tools.sm_exceptions import ConvergenceWarning, SingularMatrixWarning

BORDER = "on the boundary|covariance is singular"  # a variance that is estimated as zero is an answer, no failure


@dataclass(frozen=True)
class Slope:
    """A slope with its 95 % interval and p (Wald), and the share of the variance that concepts share between sets."""

    slope: float
    low: float
    high: float
    p_value: float
    concept_share: float


def least_squares(design: np.ndarray, y: np.ndarray) -> Slope:
    """The same model where no concept stands in two sets: its intercept cannot be told from the rest."""
    result = sm.OLS(y, design).fit()
    return Slope(result.params[0], *result.conf_int()[0], result.pvalues[0], np.nan)


def random_intercepts(x: np.ndarray, y: np.ndarray, group: np.ndarray, cluster: np.ndarray) -> Slope:
    """REML fit of y (n,) on x (n,) with fixed intercepts per group and random ones per cluster. All nan if degenerate.

    The interval takes Student's t with as many degrees of freedom as there are concepts less coefficients.
    """
    names, member = np.unique(group, return_inverse=True)
    design = np.column_stack([x, np.eye(len(names))[member]])
    n_clusters = len(np.unique(cluster))
    if n_clusters <= design.shape[1] + 1 or np.linalg.matrix_rank(design) < design.shape[1] or np.ptp(y) == 0:
        return Slope(*[np.nan] * 5)
    if n_clusters == len(y):
        return least_squares(design, y)
    with warnings.catch_warnings():
        for kind in (ConvergenceWarning, SingularMatrixWarning):
            warnings.filterwarnings("ignore", f".*({BORDER})", kind)
        result = sm.MixedLM(y, design, groups=cluster).fit(reml=True)
    slope, error, between = result.params[0], result.bse[0], float(result.cov_re[0, 0])
    half = stats.t.ppf(0.975, n_clusters - design.shape[1]) * error
    p_value = 2 * stats.t.sf(abs(slope / error), n_clusters - design.shape[1])
    return Slope(slope, slope - half, slope + half, p_value, between / (between + result.scale))

"""The line through bin means: its interval is least squares' own, and three bins are the fewest."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from concept_freq.analysis.recipes.bins import BinMeans

X, SCORE = np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.1, 0.35, 0.3, 0.7])
DRAWS = SimpleNamespace(order=np.array([[1, 0, 2, 3], [3, 2, 1, 0]]))


@pytest.mark.parametrize("bins", [3, 4])
def test_the_interval_is_that_of_least_squares(bins):
    x, averaging = X[:bins], np.eye(4)[:bins]
    fit, known = BinMeans("all_bins").line(x, averaging, SCORE, DRAWS), stats.linregress(x, SCORE[:bins])
    half = stats.t.ppf(0.975, bins - 2) * known.stderr
    found = [fit.rho, fit.slope_per_decade, fit.ci_low, fit.ci_high]
    np.testing.assert_allclose(found, [known.rvalue, known.slope, known.slope - half, known.slope + half])


def test_two_bins_make_no_line():
    fit = BinMeans("all_bins").line(X[:2], np.eye(4)[:2], SCORE, DRAWS)
    assert fit.n_points == 2
    assert np.isnan(fit.rho)

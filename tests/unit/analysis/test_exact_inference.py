"""Permutation p-values and bootstrap intervals by hand, where simulations are too coarse to see a slip."""

import numpy as np
import pytest
from scipy import stats

from concept_freq.analysis.binning import Binning
from concept_freq.analysis.recipes.base import Draws, Points
from concept_freq.analysis.recipes.registry import RECIPES
from concept_freq.analysis.resampling import bootstrap_interval

X = np.arange(4.0)
ORDER = np.tile([1, 3, 0, 2], (9, 1))  # of a line it makes no line


def p_value(y: np.ndarray) -> float:
    """Permutation p of ``fixed_effects`` for nine shuffles that are all ORDER's."""
    points = Points(10 ** X[:, None], y[:, None], np.zeros(4, int), np.arange(4))
    ((_, _, fit),) = RECIPES["fixed_effects"].fit(points, Binning(12, 1, 11), Draws(np.ones((9, 4)), ORDER))
    return fit.p_value


@pytest.mark.parametrize("slope", [1, -1])
def test_the_smallest_p_is_one_of_the_shuffles_and_one_and_has_two_sides(slope):
    assert p_value(slope * X) == pytest.approx(1 / 10)


def test_a_shuffle_that_reaches_the_relation_either_way_counts():
    y = X[[1, 3, 0, 2]]  # rho 0; every shuffle reaches it
    assert p_value(y) == pytest.approx(1)


def test_the_interval_of_five_clusters_reaches_further_out():
    draws = np.arange(100_001) / 100_000
    reach = np.sqrt(5 / 4) * 2.776445  # Student's t of 4 degrees of freedom, from a table
    assert bootstrap_interval(draws, 5) == pytest.approx([stats.norm.cdf(-reach), stats.norm.cdf(reach)], abs=1e-5)
    assert bootstrap_interval(draws, 5)[0] < 0.001  # where the plain percentile is 0.025
    assert bootstrap_interval(draws, 100_000) == pytest.approx([0.025, 0.975], abs=1e-4)

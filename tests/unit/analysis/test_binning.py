"""Bins at their borders: which are kept, and what a bin of one point says."""

import numpy as np

from concept_freq.analysis.binning import Binning, bin_means


def test_the_first_kept_bin_is_first_and_the_last_is_before_stop():
    assert Binning(edges=6, first=2, stop=4).kept.tolist() == [False, False, True, True, False, False]


def test_a_bin_of_one_point_has_a_mean_and_no_standard_error():
    bins = bin_means(np.array([0, 5, 5, 100]), np.array([0.1, 0.2, 0.4, 0.9]), edges=3)
    assert bins.n.tolist() == [1, 2, 1]
    np.testing.assert_allclose(bins.edge, [1, 10, 100])
    np.testing.assert_allclose(bins.mean, [0.1, 0.3, 0.9])
    np.testing.assert_allclose(bins.standard_error, [np.nan, 0.1, np.nan])

"""Intervals and tests on simulated data: known slope, concepts shared by sets, counting error, and no effect at all.

Two evaluation sets of 80 concepts; a concept's points share a part of their error. A nominal 95 % interval must cover
at 95 %, a test at 5 % must err in 5 %, within three standard errors of the simulated worlds. SIMULATED_WORLDS=1000 in
the environment makes a thorough check of it.
"""

import os

import numpy as np
import pytest

from concept_freq.analysis.binning import Binning
from concept_freq.analysis.dose_response import fit_dose_response
from concept_freq.analysis.recipes.base import Draws, Fit, Points
from concept_freq.analysis.recipes.mixed import random_intercepts
from concept_freq.analysis.recipes.registry import RECIPES
from concept_freq.analysis.resampling import shuffles_within

SLOPE, CONCEPTS, DRAWS = 6.0, 80, 300
WORLDS = int(os.environ.get("SIMULATED_WORLDS", "200"))


def about(share: float, worlds: int) -> object:
    """The share, within three standard errors of one that is counted in so many worlds."""
    return pytest.approx(share, abs=3 * (share * (1 - share) / worlds) ** 0.5)


def world(seed: int, slope: float = SLOPE, error: float = 0.0) -> Points:
    """Scores with a slope on true log frequency, counted with an error of so many decades."""
    rng = np.random.default_rng(seed)
    true = rng.uniform(0, 3, CONCEPTS)
    counted = true + rng.normal(0, error, CONCEPTS)
    cluster, group = np.tile(np.arange(CONCEPTS), 2), np.repeat([0, 1], CONCEPTS)
    own, shared = rng.normal(0, 12, 2 * CONCEPTS), rng.normal(0, 10, CONCEPTS)
    scores = slope * true[cluster] + 20 * group + shared[cluster] + own
    frequency = [10 ** values[cluster][:, None] for values in (counted + 1, true + 1)]
    return Points(frequency[0], scores[:, None], group, cluster, frequency[1])


def fitted(recipe: str, points: Points, seed: int) -> Fit:
    ((_, _, fit),) = RECIPES[recipe].fit(points, Binning(12, 1, 11), Draws.of(points, DRAWS, seed))
    return fit


@pytest.mark.parametrize(
    ("recipe", "error"),
    [("concept", 0), ("fixed_effects", 0), ("mixed_effects", 0), ("errors_in_variables", 0.5)],
)
def test_intervals_cover_the_known_slope(recipe, error):
    found = [fitted(recipe, world(seed, error=error), seed) for seed in range(WORLDS // 2)]
    covered = np.mean([fit.ci_low <= SLOPE <= fit.ci_high for fit in found])
    assert covered == about(0.95, len(found))
    slopes = [fit.slope_per_decade for fit in found]
    assert np.mean(slopes) == pytest.approx(SLOPE, abs=3 * np.std(slopes) / len(slopes) ** 0.5)


def test_counting_error_flattens_the_slope_that_is_not_corrected():
    found = [fitted("fixed_effects", world(seed, error=0.5), seed) for seed in range(WORLDS // 2)]
    assert np.mean([fit.slope_per_decade for fit in found]) == pytest.approx(SLOPE * 0.75, abs=0.35)


def test_five_in_a_hundred_worlds_without_an_effect_look_as_if_they_had_one():
    found = [fitted("fixed_effects", world(seed, slope=0), seed).p_value for seed in range(WORLDS)]
    assert np.mean(np.array(found) < 0.05) == about(0.05, WORLDS)


def test_a_straight_line_is_called_bent_in_five_of_a_hundred_worlds():
    bent = []
    for seed in range(WORLDS):
        points = world(seed)
        x = np.log10(points.counts[:, 0])
        bent.append(fit_dose_response(x, points.scores[:, 0], points.group, points.cluster).p_value < 0.05)
    assert np.mean(bent) == about(0.05, WORLDS)


def test_a_bend_is_found_and_the_isotonic_curve_follows_it():
    points = world(0)
    x = np.log10(points.counts[:, 0])
    y = 40 * (x > 2.5) + points.scores[:, 0] / 10
    found = fit_dose_response(x, y, points.group, points.cluster)
    assert found.p_value < 0.001
    assert found.explained["isotonic"] > found.explained["spline"] > found.explained["line"]
    assert (np.diff(found.isotonic) >= 0).all()
    assert found.isotonic[-1] - found.isotonic[0] == pytest.approx(40, abs=10)


def test_an_exact_line_has_no_band_and_no_departure():
    x, group = np.tile(np.linspace(0, 3, 50), 2), np.repeat([0, 1], 50)
    noise = np.random.default_rng(0).normal(0, 1e-6, 100)
    found = fit_dose_response(x, 4 * x + 10 * group + noise, group, np.tile(np.arange(50), 2))
    assert found.spline == pytest.approx(4 * found.x + 5, abs=1e-4)
    assert found.line == pytest.approx(found.spline, abs=1e-4)
    assert found.slopes == pytest.approx((4, 4), abs=1e-4)


def test_the_mixed_model_finds_what_concepts_share():
    shares = []
    for seed in range(WORLDS // 4):
        points = world(seed)
        x = np.log10(points.counts[:, 0])
        shares.append(random_intercepts(x, points.scores[:, 0], points.group, points.cluster).concept_share)
    assert np.mean(shares) == pytest.approx(100 / (100 + 144), abs=0.05)


def test_concepts_change_places_whole_and_only_with_their_like():
    group = np.array([0, 0, 0, 0, 1, 1, 1])
    cluster = np.array(["a", "b", "c", "d", "a", "b", "e"])
    order = shuffles_within(group, cluster, 200, np.random.default_rng(0))
    assert (np.sort(order, axis=1) == np.arange(7)).all()
    assert {tuple(row[[0, 1, 4, 5]]) for row in order} == {(0, 1, 4, 5), (1, 0, 5, 4)}  # a and b, in both sets
    assert {tuple(row[[2, 3]]) for row in order} == {(2, 3), (3, 2)}
    assert (order[:, 6] == 6).all()  # e is the only one of its kind

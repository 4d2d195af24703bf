"""The designed experiment on worlds whose effect of frequency and of difficulty are known."""

import numpy as np
import pytest

from concept_freq.analysis.experiment import Deals, ease, estimates, resampled, slopes, within_concepts
from concept_freq.analysis.intervals import student

EFFECT, GRADIENT, CONCEPTS = 8.0, 3.0, 120


def world(seed: int, deals: int = 5) -> tuple[Deals, Deals]:
    """Five random deals and three natural ones; naturally frequent concepts are easier by GRADIENT per decade."""
    rng = np.random.default_rng(seed)
    frequency = np.linspace(0, 3, CONCEPTS)
    easy = GRADIENT * frequency + rng.normal(0, 10, CONCEPTS)
    dealt = np.array([rng.permutation(frequency) for _ in range(deals)])
    natural = np.tile(frequency, (3, 1))
    return tuple(Deals(x, EFFECT * x + easy + rng.normal(0, 5, x.shape)) for x in (dealt, natural))


def test_slopes_by_hand():
    deals = Deals(np.array([[0.0, 1.0, 2.0]]), np.array([[1.0, 3.0, 5.0]]))
    assert slopes(deals, np.ones(3)) == pytest.approx([2])
    assert slopes(deals, np.array([1.0, 0.0, 3.0])) == pytest.approx([2])


def test_within_concepts_difficulty_plays_no_part():
    easy = np.array([0.0, 50.0, 100.0])
    x = np.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0], [1.0, 2.0, 0.0]])
    deals = Deals(x, 4 * x + easy)
    assert within_concepts(deals, np.ones(3)) == pytest.approx(4)
    assert ease(deals, 4) == pytest.approx(easy + 4)


def test_difficulty_is_what_the_natural_slope_has_beyond_the_randomised_one():
    found = [estimates(*world(seed), np.ones(CONCEPTS)) for seed in range(60)]
    mean = {name: np.mean([one[name] for one in found]) for name in found[0]}
    assert mean["randomised"] == pytest.approx(EFFECT, abs=0.3)
    assert mean["within_concepts"] == pytest.approx(EFFECT, abs=0.15)
    assert mean["natural"] == pytest.approx(EFFECT + GRADIENT, abs=0.3)
    assert mean["difficulty"] == pytest.approx(GRADIENT, abs=0.4)
    assert mean["ease_gradient"] == pytest.approx(GRADIENT, abs=0.3)
    assert mean["share_difficulty"] == pytest.approx(GRADIENT / (EFFECT + GRADIENT), abs=0.05)


@pytest.fixture(scope="module")
def intervals() -> list[dict[str, np.ndarray]]:
    """The ends of every quantity's interval in forty worlds."""
    return [resampled(*world(seed), 150, seed) for seed in range(40)]


@pytest.mark.parametrize(
    ("name", "truth"), [("within_concepts", EFFECT), ("ease_gradient", GRADIENT), ("difficulty", GRADIENT)]
)
def test_intervals_hold_the_truth(intervals, name, truth):
    assert np.mean([low <= truth <= high for low, high in (ends[name] for ends in intervals)]) >= 0.85


def test_students_interval_of_a_mean():
    assert student(np.array([1.0, 2.0, 3.0])) == pytest.approx((2 - 4.3027 / 3**0.5, 2 + 4.3027 / 3**0.5), abs=1e-3)
    assert np.isnan(student(np.array([1.0]))).all()

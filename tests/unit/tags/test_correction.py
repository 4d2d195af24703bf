"""Corrected counts: intervals hold the true count, a missing concept is told from one that cannot be detected."""

import numpy as np
import pytest

from concept_freq.tags.correction import Labelled, correct, shared_prior


def world(rng, concepts=200, n=20_000, sample=3_000):
    """Pictures of known content, tagged with a recall and a false alarm rate that differ between concepts."""
    share = 10 ** rng.uniform(-4, -1, concepts)
    recall, alarm = rng.beta(8, 4, concepts), rng.beta(1, 300, concepts)
    shown = rng.binomial(n, share)
    shown_early = rng.hypergeometric(shown, n - shown, sample)
    hits, alarms = rng.binomial(shown_early, recall), rng.binomial(sample - shown_early, alarm)
    late = shown - shown_early
    tagged = hits + alarms + rng.binomial(late, recall) + rng.binomial(n - sample - late, alarm)
    return shown, tagged, n, Labelled(hits, shown_early - hits, alarms, sample - shown_early - alarms)


def test_intervals_hold_the_true_count_as_often_as_they_say():
    inside = total = 0
    for seed in range(12):
        shown, tagged, n, labelled = world(np.random.default_rng(seed))
        _, low, high, _ = correct(tagged, n, labelled, 2000, 0)
        inside, total = inside + ((low <= shown) & (shown <= high)).sum(), total + len(shown)
    assert inside / total == pytest.approx(0.95, abs=0.03)


def test_correction_takes_the_bias_away():
    shown, tagged, n, labelled = world(np.random.default_rng(0), concepts=400)
    estimate, *_ = correct(tagged, n, labelled, 2000, 0)
    often = shown > 200
    assert abs(np.median(estimate[often] / shown[often]) - 1) < 0.05
    assert np.median(tagged[often] / shown[often]) < 0.85


def test_an_absent_concept_is_told_from_one_that_cannot_be_detected():
    many, none = np.full(50, 300), np.zeros(50, dtype=int)
    labelled = Labelled(many.copy(), none + 30, none + 2, none + 2_668)
    for rates, own in zip(
        (labelled.hits, labelled.misses, labelled.false_alarms), ((0, 0), (330, 0), (0, 0)), strict=True
    ):
        rates[:2] = own  # the first is shown and never tagged, the second is not shown
    labelled.rejections[:2] = 2_670, 3_000
    tagged = np.full(50, 2_000)
    tagged[:2] = 0
    estimate, low, high, detectable = correct(tagged, 20_000, labelled, 2000, 0)
    assert not detectable[0]
    assert high[0] > 1_000  # may be there
    assert detectable[1]
    assert (low[1], estimate[1]) < (1, 20)
    assert high[1] < 40  # a zero with a bound


def test_rates_of_concepts_without_labels_are_those_of_the_others():
    a, b = shared_prior(np.array([80, 90, 70, 0]), np.array([100, 100, 100, 0]))
    assert a / (a + b) == pytest.approx(0.8, abs=0.01)
    assert 5 < a + b < 200


def test_the_same_seed_gives_the_same_counts():
    shown, tagged, n, labelled = world(np.random.default_rng(1))
    first, second = (correct(tagged, n, labelled, 500, 3) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    assert len(shown) == 200

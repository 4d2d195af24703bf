"""What a recipe is given and what it gives: points, resamples of them, fits."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from concept_freq.analysis.binning import Binning
from concept_freq.analysis.resampling import bootstrap_weights, shuffles_within


@dataclass(frozen=True)
class Points:
    """n points seen through c counts and m scores: counts (n, c), scores (n, m), evaluation set, concept (n,).

    ``true_counts`` (n, c) are what the counts would be without counting error, nan where that is not known.
    """

    counts: np.ndarray
    scores: np.ndarray
    group: np.ndarray
    cluster: np.ndarray
    true_counts: np.ndarray | None = None

    def part(self, counts: list[int], scores: list[int]) -> "Points":
        """The same points seen through some of the counts and scores."""
        true_counts = None if self.true_counts is None else self.true_counts[:, counts]
        return replace(self, counts=self.counts[:, counts], scores=self.scores[:, scores], true_counts=true_counts)


@dataclass(frozen=True)
class Draws:
    """Resamples of n points, the same for every recipe.

    ``weights`` (draws, n): how often a bootstrap of concepts draws each point. ``order`` (draws, n): permutations in
    which concepts change places within their evaluation sets.
    """

    weights: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, points: Points, draws: int, seed: int) -> "Draws":
        """So many resamples of these points."""
        rng = np.random.default_rng(seed)
        weights = bootstrap_weights(points.cluster, draws, rng)
        return cls(weights, shuffles_within(points.group, points.cluster, draws, rng))


@dataclass(frozen=True)
class Fit:
    """One fitted relation; slopes are in units of the score per tenfold frequency, the interval is 95 %.

    ``null_rho`` and ``null_rho_95`` are the mean rho and the 95th percentile of its size when scores are shuffled
    within their evaluation sets. What a recipe does not say is nan.
    """

    recipe: str
    n_points: int
    rho: float = np.nan
    p_value: float = np.nan
    slope_per_decade: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan
    null_rho: float = np.nan
    null_rho_95: float = np.nan

    @classmethod
    def undefined(cls, recipe: str, n_points: int) -> "Fit":
        """The fit of points that are too few, or do not vary."""
        return cls(recipe, n_points)


@dataclass(frozen=True)
class Recipe(ABC):
    """One way to relate scores to counts; ``name`` stands in the tables of fits."""

    name: str
    main_only: ClassVar[bool] = False  # too slow for all counts and scores

    @abstractmethod
    def fit(self, points: Points, binning: Binning, draws: Draws) -> Iterator[tuple[int, int, Fit]]:
        """(i, j, fit of score j on count i), for every pair of which the recipe has something to say."""

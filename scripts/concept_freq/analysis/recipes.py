"""Recipes for the relation between accuracy and the logarithm of concept frequency (DESIGN: recipes).

``paper`` repeats the published binning, slice and Pearson test; the others show what it leaves out: ``all_bins`` no
bin dropped, ``concept`` one point per concept, ``spearman`` their ranks, ``fixed_effects`` one intercept per
evaluation set, ``mixed_effects`` one per concept beside it, ``errors_in_variables`` the slope on true counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from concept_freq.analysis.binning import Binning, decades, membership
from concept_freq.analysis.mixed_effects import random_intercepts
from concept_freq.analysis.resampling import (
    bootstrap_weights,
    centred,
    interval,
    shuffles_within,
    slopes_and_draws,
    within_slopes,
)

RECIPES = ("paper", "all_bins", "concept", "spearman", "fixed_effects", "mixed_effects", "errors_in_variables")


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


@dataclass(frozen=True)
class Fit:
    """One fitted relation; slopes are in units of the score per tenfold frequency, the interval is 95 %.

    ``null_rho`` and ``null_rho_95`` are the mean rho and the 95th percentile of its size when scores are shuffled
    within their evaluation sets.
    """

    recipe: str
    rho: float
    p_value: float
    slope_per_decade: float
    ci_low: float
    ci_high: float
    n_points: int
    null_rho: float = np.nan
    null_rho_95: float = np.nan


def correlation(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson correlation of x (p,) with every row of y (..., p); nan where a row does not vary."""
    dx, dy = x - x.mean(), y - y.mean(axis=-1, keepdims=True)
    norm = np.sqrt((dx @ dx) * (dy * dy).sum(axis=-1))
    flat = norm <= 1e-12 * np.sqrt(dx @ dx) * np.abs(y).max(axis=-1, initial=1)
    return np.where(flat, np.nan, dy @ dx / np.where(flat, 1, norm)).clip(-1, 1)[()]


def pearson_p(rho: np.ndarray, n: int) -> np.ndarray:
    """Two-sided p of a Pearson correlation over n points."""
    with np.errstate(divide="ignore"):
        return 2 * stats.t.sf(np.abs(rho) * np.sqrt((n - 2) / (1 - rho**2)), n - 2)


def summary_of_null(null: np.ndarray) -> dict[str, float]:
    """Mean of rho over shuffles and the 95th percentile of its size; the shuffles that leave it undefined are out."""
    null = null[~np.isnan(null)]
    if not len(null):
        return {}
    return {"null_rho": float(null.mean()), "null_rho_95": float(np.quantile(np.abs(null), 0.95))}


def fit_bins(recipe: str, count: np.ndarray, points: Points, binning: Binning, order: np.ndarray) -> list[Fit]:
    """Pearson and least squares over bin means against their upper edges, a fit per score.

    An empty bin has no mean and is left out.
    """
    borders, member = membership(count, binning.edges)
    used = member.any(axis=1) & (binning.kept if recipe == "paper" else True)
    x, member = borders[used] / np.log(10), member[used]
    if len(x) < 3:
        return [Fit(recipe, *[np.nan] * 5, len(x))] * points.scores.shape[1]
    averaging = member / member.sum(axis=1, keepdims=True)
    fits, quantile = [], stats.t.ppf(0.975, len(x) - 2)
    for score in points.scores.T:
        y = averaging @ score
        rho = correlation(x, y)
        slope = rho * y.std() / x.std()
        half = quantile * y.std() / x.std() * np.sqrt((1 - rho**2) / (len(x) - 2))
        fit = Fit(recipe, rho, pearson_p(rho, len(x)), slope, slope - half, slope + half, len(x))
        fits.append(replace(fit, **summary_of_null(correlation(x, score[order] @ averaging.T))))
    return fits


def coordinates(recipe: str, points: Points) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a recipe over single points relates: x (n, c), y (n, m), and the group (n,) whose means do not count."""
    if recipe == "fixed_effects":
        return decades(points.counts), points.scores, points.group
    together = np.zeros(len(points.group), dtype=int)
    if recipe == "spearman":
        return stats.rankdata(points.counts, axis=0), stats.rankdata(points.scores, axis=0), together
    return decades(points.counts), points.scores, together


def fit_points(recipe: str, points: Points, order: np.ndarray, weights: np.ndarray) -> Iterator[tuple[int, int, Fit]]:
    """``concept`` (one intercept), ``spearman`` (its ranks) or ``fixed_effects`` (an intercept per evaluation set).

    The interval is a bootstrap of concepts; p is Pearson's, but the permutation's for ``fixed_effects``. Ranks have
    no slope.
    """
    n = len(points.cluster)
    x, y, group = coordinates(recipe, points)
    dx, dy = centred(x, group), centred(y, group)
    size_x, size_y = np.linalg.norm(dx, axis=0), np.linalg.norm(dy, axis=0)
    n_concepts = len(np.unique(points.cluster))
    slopes = within_slopes(dx, dy, group, weights) if recipe != "spearman" else None
    for j, y in enumerate(dy.T):
        shuffled = y[order] @ dx  # (draws, c)
        for i, x in enumerate(dx.T):
            if n < 3 or size_x[i] < 1e-9 or size_y[j] < 1e-9:
                yield i, j, Fit(recipe, *[np.nan] * 5, n)
                continue
            rho = np.clip(x @ y / (size_x[i] * size_y[j]), -1, 1)
            null = shuffled[:, i] / (size_x[i] * size_y[j])
            at_least = np.sum(np.abs(null) >= abs(rho) - 1e-12)
            p_value = (1 + at_least) / (len(null) + 1) if recipe == "fixed_effects" else pearson_p(rho, n)
            slope = [np.nan] * 3
            if slopes is not None:
                slope = [rho * size_y[j] / size_x[i], *interval(slopes[:, i, j], n_concepts)]
            yield i, j, replace(Fit(recipe, rho, p_value, *slope, n), **summary_of_null(null))


def fit_true_counts(points: Points, weights: np.ndarray) -> Iterator[tuple[int, int, Fit]]:
    """``errors_in_variables``: the slope that the scores have on the true counts, from those that were counted.

    Counting error flattens a slope by the reliability, which is the slope of the true on the counted log frequency
    (regression calibration; Carroll et al. 2006, section 4). Where it is known for a part of the concepts, it is
    learnt from that part. Both slopes are drawn anew together, so the interval has the doubt about either.
    """
    x = decades(points.counts)
    observed = slopes_and_draws(x, points.scores, points.group, weights)
    for i in range(x.shape[1]):
        known = ~np.isnan(points.true_counts[:, i])
        if len(np.unique(points.cluster[known])) < 10:
            continue
        true = decades(points.true_counts[known][:, [i]])
        reliability = slopes_and_draws(x[known][:, [i]], true, points.group[known], weights[:, known])
        slope, draws = (s[:, i] / r[:, 0] for s, r in zip(observed, reliability, strict=True))
        for j in range(points.scores.shape[1]):
            ends = interval(draws[:, j], len(np.unique(points.cluster[known])))
            yield i, j, Fit("errors_in_variables", np.nan, np.nan, slope[0, j], *ends, int(known.sum()))


def fit_mixed(points: Points, i: int, j: int) -> Fit:
    """``mixed_effects`` of one pair of count and score: see concept_freq.mixed."""
    found = random_intercepts(decades(points.counts[:, i]), points.scores[:, j], points.group, points.cluster)
    return Fit("mixed_effects", np.nan, found.p_value, found.slope, found.low, found.high, len(points.group))


def fit_all(points: Points, binning: Binning, draws: int, seed: int) -> dict[tuple[int, int], list[Fit]]:
    """Every recipe but the mixed effects for every pair of a count (column i) and a score (column j)."""
    rng = np.random.default_rng(seed)
    weights, order = (
        bootstrap_weights(points.cluster, draws, rng),
        shuffles_within(points.group, points.cluster, draws, rng),
    )
    fits = {pair: [] for pair in np.ndindex(points.counts.shape[1], points.scores.shape[1])}
    for recipe in ("paper", "all_bins"):
        for i, count in enumerate(points.counts.T):
            for j, fit in enumerate(fit_bins(recipe, count, points, binning, order)):
                fits[i, j].append(fit)
    for recipe in ("concept", "spearman", "fixed_effects"):
        for i, j, fit in fit_points(recipe, points, order, weights):
            fits[i, j].append(fit)
    if points.true_counts is not None:
        for i, j, fit in fit_true_counts(points, weights):
            fits[i, j].append(fit)
    return fits

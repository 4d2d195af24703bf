"""Four recipes for the relation between accuracy and the logarithm of concept frequency (DESIGN: recipes).

``paper`` repeats the published binning, slice and Pearson test; the other three show what it leaves out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from concept_freq.resampling import bootstrap_weights, centred, shuffles_within, within_slopes

RECIPES = ("paper", "all_bins", "concept", "fixed_effects")


@dataclass(frozen=True)
class Binning:
    """The published binning of a task: ``edges`` bins, of which [first, stop) are kept (paper's plotting code)."""

    edges: int
    first: int
    stop: int

    @property
    def kept(self) -> np.ndarray:
        """Which bins the published recipe keeps, boolean (edges,)."""
        return (np.arange(self.edges) >= self.first) & (np.arange(self.edges) < self.stop)


def binning_of(task: dict, pretraining: str) -> Binning:
    """The config's bins of a task, with the slice that it gives for this pretraining dataset (``of``)."""
    slices = {key: value for key, value in task.items() if key != "of"}
    return Binning(**slices | task.get("of", {}).get(pretraining, {}))


@dataclass(frozen=True)
class Points:
    """n points seen through c counts and m scores: counts (n, c), scores (n, m), evaluation set, concept (n,)."""

    counts: np.ndarray
    scores: np.ndarray
    group: np.ndarray
    cluster: np.ndarray


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


@dataclass(frozen=True)
class Bins:
    """Means of a score by log-spaced bins of frequency: upper edges (counts), means, standard errors, sizes."""

    edge: np.ndarray
    mean: np.ndarray
    standard_error: np.ndarray
    n: np.ndarray


def log_counts(counts: np.ndarray) -> np.ndarray:
    """Natural logarithm of counts, zeros taken as one, as published."""
    return np.log(np.maximum(counts, 1))


def membership(counts: np.ndarray, edges: int) -> tuple[np.ndarray, np.ndarray]:
    """Upper edges (in log count) and who is in which bin, boolean (edges, n).

    Edges are evenly spaced in log count and close their bin on the right; bin 0 holds counts of at most one.
    """
    x = log_counts(counts)
    borders = np.linspace(x.min(), x.max(), edges)
    return borders, np.digitize(x, borders, right=True) == np.arange(edges)[:, None]


def bin_means(counts: np.ndarray, y: np.ndarray, edges: int) -> Bins:
    """Bin one score (n,) by one count (n,). Empty bins: nan."""
    borders, member = membership(counts, edges)
    groups = [y[here] for here in member]
    mean = np.array([g.mean() if len(g) else np.nan for g in groups])
    error = np.array([g.std(ddof=1) / np.sqrt(len(g)) if len(g) > 1 else np.nan for g in groups])
    return Bins(np.exp(borders), mean, error, member.sum(axis=1))


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


def fit_points(recipe: str, points: Points, order: np.ndarray, weights: np.ndarray) -> Iterator[tuple[int, int, Fit]]:
    """``concept`` (one intercept) or ``fixed_effects`` (one per evaluation set) over single points, no bins.

    The interval is a bootstrap of concepts; p is Pearson's for ``concept``, the permutation's for ``fixed_effects``.
    """
    n, group = len(points.cluster), points.group
    if recipe == "concept":
        group = np.zeros(n, dtype=int)
    dx, dy = centred(log_counts(points.counts) / np.log(10), group), centred(points.scores, group)
    size_x, size_y = np.linalg.norm(dx, axis=0), np.linalg.norm(dy, axis=0)
    slopes = within_slopes(dx, dy, group, weights)
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
            low, high = np.nanquantile(slopes[:, i, j], [0.025, 0.975])
            fit = Fit(recipe, rho, p_value, rho * size_y[j] / size_x[i], low, high, n)
            yield i, j, replace(fit, **summary_of_null(null))


def fit_all(points: Points, binning: Binning, draws: int, seed: int) -> dict[tuple[int, int], list[Fit]]:
    """Every recipe for every pair of a count (column i) and a score (column j) of the same points."""
    rng = np.random.default_rng(seed)
    weights, order = bootstrap_weights(points.cluster, draws, rng), shuffles_within(points.group, draws, rng)
    fits = {pair: [] for pair in np.ndindex(points.counts.shape[1], points.scores.shape[1])}
    for recipe in RECIPES[:2]:
        for i, count in enumerate(points.counts.T):
            for j, fit in enumerate(fit_bins(recipe, count, points, binning, order)):
                fits[i, j].append(fit)
    for recipe in RECIPES[2:]:
        for i, j, fit in fit_points(recipe, points, order, weights):
            fits[i, j].append(fit)
    return fits

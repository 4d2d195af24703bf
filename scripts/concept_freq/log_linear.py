"""Four recipes for the relation between accuracy and the logarithm of concept frequency (DESIGN: recipes).

``paper`` repeats the published binning, slice and Pearson test; the other three show what it leaves out.
"""

from dataclasses import asdict, dataclass

import numpy as np
from scipy import stats

RECIPES = ("paper", "all_bins", "concept", "fixed_effects")


@dataclass(frozen=True)
class Binning:
    """The published binning of a task: ``edges`` bins, of which [first, stop) are kept (paper's plotting code)."""

    edges: int
    first: int
    stop: int


@dataclass(frozen=True)
class Fit:
    """One fitted relation; slopes are in units of ``y`` per tenfold frequency, the interval is 95 %."""

    recipe: str
    rho: float
    p_value: float
    slope_per_decade: float
    ci_low: float
    ci_high: float
    n_points: int


@dataclass(frozen=True)
class Bins:
    """Means of ``y`` by log-spaced bins of frequency: upper edges (counts), means, standard errors, sizes."""

    edge: np.ndarray
    mean: np.ndarray
    standard_error: np.ndarray
    n: np.ndarray


def log_counts(counts: np.ndarray) -> np.ndarray:
    """Natural logarithm of counts, zeros taken as one, as published."""
    return np.log(np.maximum(counts, 1))


def bin_means(counts: np.ndarray, y: np.ndarray, edges: int) -> Bins:
    """Bin by edges evenly spaced in log count, right-closed; bin 0 holds counts of at most one. Empty bins: nan."""
    x = log_counts(counts)
    borders = np.linspace(x.min(), x.max(), edges)
    member = np.digitize(x, borders, right=True)
    groups = [y[member == i] for i in range(edges)]
    mean = np.array([g.mean() if len(g) else np.nan for g in groups])
    error = np.array([g.std(ddof=1) / np.sqrt(len(g)) if len(g) > 1 else np.nan for g in groups])
    return Bins(np.exp(borders), mean, error, np.array([len(g) for g in groups]))


def fit_bins(recipe: str, bins: Bins, keep: slice) -> Fit:
    """Pearson and least squares over bin means against their upper edges; an empty bin has no mean and is left out."""
    x, y = np.log10(bins.edge[keep]), bins.mean[keep]
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    if len(x) < 3 or np.ptp(y) == 0:
        return Fit(recipe, *[np.nan] * 5, len(x))
    line = stats.linregress(x, y)
    half = stats.t.ppf(0.975, len(x) - 2) * line.stderr
    return Fit(
        recipe,
        line.rvalue,
        line.pvalue,
        line.slope,
        line.slope - half,
        line.slope + half,
        len(x),
    )


def centred(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Values less the mean of their group."""
    _, member = np.unique(group, return_inverse=True)
    means = np.bincount(member, weights=values) / np.bincount(member)
    return values - means[member]


def within_slopes(x: np.ndarray, y: np.ndarray, group: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Slope of y on x with one intercept per group, for every row of weights (draws, points). Returns (draws,)."""
    covariance, variance = np.zeros(len(weights)), np.zeros(len(weights))
    for name in np.unique(group):
        here = group == name
        w, xs, ys = weights[:, here], x[here], y[here]
        total = np.maximum(w.sum(axis=1), 1)  # a group that no draw hits adds nothing
        covariance += w @ (xs * ys) - (w @ xs) * (w @ ys) / total
        variance += w @ (xs * xs) - (w @ xs) ** 2 / total
    return covariance / variance


def bootstrap_weights(cluster: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """How often each point is drawn when whole clusters (a concept's points) are resampled. (draws, points)."""
    names, member = np.unique(cluster, return_inverse=True)
    return rng.multinomial(len(names), np.full(len(names), 1 / len(names)), draws)[:, member].astype(float)


def permutation_p(
    x: np.ndarray,
    y: np.ndarray,
    group: np.ndarray,
    slope: float,
    draws: int,
    rng: np.random.Generator,
) -> float:
    """Two-sided p of a slope when y is shuffled within each group (only the groups' identity survives)."""
    dx, dy = centred(x, group), centred(y, group)
    shuffled = np.tile(dy, (draws, 1))
    for g in np.unique(group):
        here = np.flatnonzero(group == g)
        shuffled[:, here] = rng.permuted(shuffled[:, here], axis=1)
    null = shuffled @ dx / (dx @ dx)
    return (1 + np.sum(np.abs(null) >= abs(slope) - 1e-12)) / (draws + 1)


def fit_points(
    recipe: str,
    counts: np.ndarray,
    y: np.ndarray,
    group: np.ndarray,
    cluster: np.ndarray,
    draws: int,
    seed: int,
) -> Fit:
    """``concept`` (one intercept) or ``fixed_effects`` (one per dataset): no bins, interval by cluster bootstrap."""
    x = log_counts(counts) / np.log(10)
    group = group if recipe == "fixed_effects" else np.zeros(len(x), dtype=int)
    dx, dy = centred(x, group), centred(y, group)
    if len(x) < 3 or not dx.any() or not dy.any():
        return Fit(recipe, *[np.nan] * 5, len(x))
    rng = np.random.default_rng(seed)
    rho, slope = dx @ dy / np.sqrt((dx @ dx) * (dy @ dy)), dx @ dy / (dx @ dx)
    low, high = np.nanquantile(
        within_slopes(dx, dy, group, bootstrap_weights(cluster, draws, rng)),
        [0.025, 0.975],
    )
    p_value = (
        permutation_p(x, y, group, slope, draws, rng) if recipe == "fixed_effects" else stats.pearsonr(x, y).pvalue
    )
    return Fit(recipe, rho, p_value, slope, low, high, len(x))


def fit_all(
    counts: np.ndarray,
    y: np.ndarray,
    group: np.ndarray,
    cluster: np.ndarray,
    binning: Binning,
    draws: int,
    seed: int,
) -> list[dict]:
    """Every recipe on the same points: counts, y, evaluation dataset (group) and concept (cluster) of each."""
    bins = bin_means(counts, y, binning.edges)
    fits = [
        fit_bins("paper", bins, slice(binning.first, binning.stop)),
        fit_bins("all_bins", bins, slice(None)),
    ]
    fits += [fit_points(recipe, counts, y, group, cluster, draws, seed) for recipe in RECIPES[2:]]
    return [asdict(fit) for fit in fits]

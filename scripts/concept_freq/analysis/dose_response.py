"""Is the relation a straight line in log frequency? A spline and an isotonic curve beside the line, and a test.

The spline is natural cubic with knots at fixed percentiles of log frequency (Harrell 2015, section 2.4.6): linear
beyond the outer knots, so that the curve is tame where points are few. Its terms beyond the straight one are tested
together, with a covariance that lets a concept's points go together.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

KNOTS = (0.05, 0.35, 0.65, 0.95)  # percentiles


@dataclass(frozen=True)
class DoseResponse:
    """Shape of one relation over x (grid,), in decades of frequency; scores are at the mean of the evaluation sets.

    ``spline`` with its pointwise 95 % band ``low`` to ``high``, ``isotonic`` (never falling) and ``line``, each
    (grid,); F and p of the departure from the line; share of the variance within sets that each explains;
    ``slopes`` of the spline over the lower and the upper half of the points.
    """

    x: np.ndarray
    line: np.ndarray
    spline: np.ndarray
    low: np.ndarray
    high: np.ndarray
    isotonic: np.ndarray
    f_value: float
    p_value: float
    explained: dict[str, float]
    slopes: tuple[float, float]


def knots_of(x: np.ndarray) -> np.ndarray:
    """Distinct knots at the percentiles of x; fewer than three where x has few values (then there is no spline)."""
    return np.unique(np.quantile(x, KNOTS))


def spline_terms(x: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Terms of a natural cubic spline beyond 1 and x, scaled as x: (n, knots - 2)."""
    *inner, before, last = knots
    cubes = {knot: np.maximum(x - knot, 0) ** 3 for knot in knots}
    terms = [
        cubes[knot] - cubes[before] * (last - knot) / (last - before) + cubes[last] * (before - knot) / (last - before)
        for knot in inner
    ]
    return np.column_stack(terms) / (last - knots[0]) ** 2


def least_squares(design: np.ndarray, y: np.ndarray, cluster: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (k,) and their covariance (k, k) by a jackknife that leaves out one cluster after another.

    With few clusters the usual sandwich is too small and calls one straight line in fourteen bent (MacKinnon, Nielsen
    and Webb 2023, CV3).
    """
    inverse = np.linalg.pinv(design.T @ design)
    beta = inverse @ design.T @ y
    names, member = np.unique(cluster, return_inverse=True)
    parts = np.split(np.argsort(member, kind="stable"), np.cumsum(np.bincount(member))[:-1])
    changes = np.empty((len(names), len(beta)))
    for i, part in enumerate(parts):
        own = design[part]
        left = np.eye(len(part)) - own @ inverse @ own.T
        changes[i] = inverse @ own.T @ np.linalg.pinv(left) @ (y[part] - own @ beta)
    return beta, (len(names) - 1) / len(names) * changes.T @ changes


def departure(beta: np.ndarray, covariance: np.ndarray, n_terms: int, n_clusters: int) -> tuple[float, float]:
    """F and p that the last ``n_terms`` coefficients are zero: Hotelling's, for the covariance is of few clusters."""
    wald = float(beta[-n_terms:] @ np.linalg.solve(covariance[-n_terms:, -n_terms:], beta[-n_terms:]))
    free = n_clusters - n_terms
    f_value = wald * free / (n_terms * (n_clusters - 1))
    return f_value, float(stats.f.sf(f_value, n_terms, free))


def isotonic_curve(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct x and the never falling curve through the means of y there (pool adjacent violators)."""
    at, member, n = np.unique(x, return_inverse=True, return_counts=True)
    means = np.bincount(member, weights=y) / n
    return at, optimize.isotonic_regression(means, weights=n).x


def explained(y: np.ndarray, fitted: np.ndarray) -> float:
    """Share of the variance of y (centred within sets) that a curve explains."""
    return float(1 - np.sum((y - fitted) ** 2) / np.sum(y**2))


def fit_dose_response(
    x: np.ndarray, y: np.ndarray, group: np.ndarray, cluster: np.ndarray, size: int = 100
) -> DoseResponse | None:
    """The shape of y (n,) over x (n,) with an intercept per group; None where x has too few values or y none."""
    knots = knots_of(x)
    names, member = np.unique(group, return_inverse=True)
    if len(knots) < 3 or np.ptp(y) == 0 or len(x) < 20:
        return None
    sets, n_clusters = np.eye(len(names))[member], len(np.unique(cluster))
    design = np.column_stack([sets, x, spline_terms(x, knots)])
    beta, covariance = least_squares(design, y, cluster)
    straight = np.linalg.lstsq(design[:, : len(names) + 1], y)[0]
    grid = np.linspace(x.min(), x.max(), size)
    at = np.column_stack([np.tile(sets.mean(axis=0), (size, 1)), grid, spline_terms(grid, knots)])
    spline = at @ beta
    half = stats.t.ppf(0.975, n_clusters - 1) * np.sqrt(np.einsum("ij,jk,ik->i", at, covariance, at))
    means = sets.T @ y / sets.sum(axis=0)
    within = y - sets @ means
    steps_x, steps = isotonic_curve(x, within)
    shares = {
        "line": explained(within, design[:, : len(names) + 1] @ straight - sets @ means),
        "spline": explained(within, design @ beta - sets @ means),
        "isotonic": explained(within, np.interp(x, steps_x, steps)),
    }
    ends = np.array([grid[0], np.median(x), grid[-1]])
    slopes = np.diff(np.interp(ends, grid, spline)) / np.maximum(np.diff(ends), 1e-9)
    return DoseResponse(
        grid,
        at[:, : len(names) + 1] @ straight,
        spline,
        spline - half,
        spline + half,
        sets.mean(axis=0) @ means + np.interp(grid, steps_x, steps),
        *departure(beta, covariance, len(knots) - 2, n_clusters),
        shares,
        tuple(slopes),
    )

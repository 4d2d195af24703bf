"""Is the relation a straight line in log frequency? A spline and an isotonic curve beside the line, and a test.

The spline is natural cubic with knots at fixed percentiles of log frequency (Harrell 2015, section 2.4.6): linear
beyond the outer knots, so that it stays stable where data are sparse. Its terms beyond the straight one are tested
together, with a covariance in which the points of a concept are not independent.
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


def jackknife_least_squares(design: np.ndarray, y: np.ndarray, cluster: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


@dataclass(frozen=True)
class Curves:
    """The line, the spline and the isotonic curve fitted to n points of s sets, of which each has an intercept.

    Designs: ``sets`` (n, s), ``design`` (n, s + 1 + terms) with x and the spline's terms after the sets. Coefficients:
    ``line`` (s + 1,), ``spline`` with its ``covariance``. ``means`` (s,) are the sets', ``steps`` x and y of the
    isotonic curve through the points less the mean of their set.
    """

    x: np.ndarray
    y: np.ndarray
    sets: np.ndarray
    design: np.ndarray
    line: np.ndarray
    spline: np.ndarray
    covariance: np.ndarray
    means: np.ndarray
    steps: tuple[np.ndarray, np.ndarray]

    @classmethod
    def fit(cls, x: np.ndarray, y: np.ndarray, sets: np.ndarray, cluster: np.ndarray, knots: np.ndarray) -> "Curves":
        """Fit all three to y (n,) over x (n,)."""
        design = np.column_stack([sets, x, spline_terms(x, knots)])
        spline, covariance = jackknife_least_squares(design, y, cluster)
        line = np.linalg.lstsq(design[:, : sets.shape[1] + 1], y)[0]
        means = sets.T @ y / sets.sum(axis=0)
        steps = isotonic_curve(x, y - sets @ means)
        return cls(x, y, sets, design, line, spline, covariance, means, steps)

    @property
    def variance_explained(self) -> dict[str, float]:
        """Share of the variance within sets that each explains."""
        of_sets = self.sets @ self.means
        within = self.y - of_sets
        return {
            "line": explained(within, self.design[:, : len(self.line)] @ self.line - of_sets),
            "spline": explained(within, self.design @ self.spline - of_sets),
            "isotonic": explained(within, np.interp(self.x, *self.steps)),
        }

    def over(self, grid: np.ndarray, knots: np.ndarray, n_clusters: int) -> dict[str, np.ndarray]:
        """Each curve over a grid (g,) at the mean of the sets, and the spline's pointwise 95 % band."""
        share = self.sets.mean(axis=0)
        at = np.column_stack([np.tile(share, (len(grid), 1)), grid, spline_terms(grid, knots)])
        spline = at @ self.spline
        half = stats.t.ppf(0.975, n_clusters - 1) * np.sqrt(np.einsum("ij,jk,ik->i", at, self.covariance, at))
        line, isotonic = at[:, : len(self.line)] @ self.line, share @ self.means + np.interp(grid, *self.steps)
        return {"line": line, "spline": spline, "low": spline - half, "high": spline + half, "isotonic": isotonic}


def half_slopes(x: np.ndarray, grid: np.ndarray, curve: np.ndarray) -> tuple[float, float]:
    """Slope of a curve over the lower and the upper half of the points x (n,)."""
    ends = np.array([grid[0], np.median(x), grid[-1]])
    return tuple(np.diff(np.interp(ends, grid, curve)) / np.maximum(np.diff(ends), 1e-9))


def fit_dose_response(
    x: np.ndarray, y: np.ndarray, group: np.ndarray, cluster: np.ndarray, size: int = 100
) -> DoseResponse | None:
    """The shape of y (n,) over x (n,) with an intercept per group; None where x has too few values or y none."""
    knots = knots_of(x)
    if len(knots) < 3 or np.ptp(y) == 0 or len(x) < 20:
        return None
    names, member = np.unique(group, return_inverse=True)
    n_clusters, grid = len(np.unique(cluster)), np.linspace(x.min(), x.max(), size)
    fitted = Curves.fit(x, y, np.eye(len(names))[member], cluster, knots)
    curves = fitted.over(grid, knots, n_clusters)
    f_value, p_value = departure(fitted.spline, fitted.covariance, len(knots) - 2, n_clusters)
    return DoseResponse(
        x=grid,
        **curves,
        f_value=f_value,
        p_value=p_value,
        explained=fitted.variance_explained,
        slopes=half_slopes(x, grid, curves["spline"]),
    )

"""Pearson's correlation with its p, by theory or by permutation, and what shuffled scores give."""

import numpy as np
from scipy import stats


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


def permutation_p(rho: float, null: np.ndarray) -> float:
    """Two-sided p of a correlation among those of the permutations (draws,); the points as they are count as one."""
    return (1 + np.sum(np.abs(null) >= abs(rho) - 1e-12)) / (len(null) + 1)


def summary_of_null(null: np.ndarray) -> dict[str, float]:
    """Mean of rho over shuffles and the 95th percentile of its size; the shuffles that leave it undefined are out."""
    null = null[~np.isnan(null)]
    if not len(null):
        return {}
    return {"null_rho": float(null.mean()), "null_rho_95": float(np.quantile(np.abs(null), 0.95))}

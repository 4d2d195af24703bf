"""The published bins: edges evenly spaced in log count, means within, a slice of them kept (paper's plotting code)."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Binning:
    """The published binning of a task: ``edges`` bins, of which [first, stop) are kept."""

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
class Bins:
    """Means of a score by log-spaced bins of frequency: upper edges (counts), means, standard errors, sizes."""

    edge: np.ndarray
    mean: np.ndarray
    standard_error: np.ndarray
    n: np.ndarray


def log_counts(counts: np.ndarray) -> np.ndarray:
    """Natural logarithm of counts, zeros taken as one, as published."""
    return np.log(np.maximum(counts, 1))


def decades(counts: np.ndarray) -> np.ndarray:
    """Decimal logarithm of counts, zeros taken as one: the scale on which slopes are per tenfold frequency."""
    return log_counts(counts) / np.log(10)


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

"""Bootstrap and permutation that respect where points come from: a concept's points move together, sets stay apart.

Everything works on many frequencies (n, c) and many scores (n, m) of the same n points at once, so that one matrix
product serves all pairs.
"""

import numpy as np
from scipy import stats


def less_group_means(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Values (n, k) less the mean of their group."""
    names, member = np.unique(group, return_inverse=True)
    belongs = np.eye(len(names))[member]
    return values - belongs @ (belongs.T @ values / belongs.sum(axis=0)[:, None])


def bootstrap_weights(cluster: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """How often each point is drawn when whole clusters (a concept's points) are resampled. (draws, n)."""
    names, member = np.unique(cluster, return_inverse=True)
    return rng.multinomial(len(names), np.full(len(names), 1 / len(names)), draws)[:, member].astype(float)


def within_slopes(x: np.ndarray, y: np.ndarray, group: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Slopes of y (n, m) on x (n, c) with one intercept per group, for every row of weights. (draws, c, m)."""
    shape = (len(weights), x.shape[1], y.shape[1])
    covariance, variance = np.zeros(shape), np.zeros(shape[:2])
    for name in np.unique(group):
        here = group == name
        w, xs, ys = weights[:, here], x[here], y[here]
        total = np.maximum(w.sum(axis=1), 1)[:, None]  # a group that no draw hits adds nothing
        products = (xs[:, :, None] * ys[:, None, :]).reshape(len(xs), -1)
        sum_x, sum_y = w @ xs, w @ ys
        covariance += (w @ products).reshape(shape) - sum_x[:, :, None] * (sum_y / total)[:, None, :]
        variance += w @ (xs * xs) - sum_x**2 / total
    with np.errstate(invalid="ignore", divide="ignore"):
        return covariance / variance[:, :, None]


def slopes_and_draws(x: np.ndarray, y: np.ndarray, group: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, ...]:
    """within_slopes of the points as they are, (1, c, m), and of every row of weights, (draws, c, m)."""
    return tuple(within_slopes(x, y, group, w) for w in (np.ones((1, len(group))), weights))


def bootstrap_interval(draws: np.ndarray, n_clusters: int) -> np.ndarray:
    """Ends of the 95 % interval from bootstrap draws (draws, ...), nan left out: (2, ...).

    Percentiles a little further out than 2.5 and 97.5, which are too narrow for few clusters (Hesterberg 2015,
    section 5: the expanded percentile interval).
    """
    reach = np.sqrt(n_clusters / (n_clusters - 1)) * stats.t.ppf(0.975, n_clusters - 1)
    return np.nanquantile(draws, stats.norm.cdf([-reach, reach]), axis=0)


def shuffles_within(group: np.ndarray, cluster: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Random orders of the points in which whole concepts change places, and only with those of the same groups.

    A concept that is easy in one evaluation set is easy in the next; shuffling each set by itself would deny it and
    find effects where there are none. All that survives is the groups' identity. Returns indices (draws, n).
    """
    names, member = np.unique(cluster, return_inverse=True)
    groups = np.unique(group, return_inverse=True)[1]
    where = np.lexsort((groups, member))
    by_groups: dict[bytes, list[np.ndarray]] = {}
    for places in np.split(where, np.searchsorted(member[where], np.arange(1, len(names)))):
        by_groups.setdefault(groups[places].tobytes(), []).append(places)
    order = np.tile(np.arange(len(group)), (draws, 1))
    for alike in map(np.array, by_groups.values()):  # (concepts, groups)
        exchanged = rng.permuted(np.tile(np.arange(len(alike)), (draws, 1)), axis=1)
        order[:, alike.ravel()] = alike[exchanged].reshape(draws, -1)
    return order

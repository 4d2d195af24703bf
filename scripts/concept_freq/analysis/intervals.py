"""Intervals of 95 % of shares, of one sample and of strata sampled apart, and of means."""

import numpy as np
from scipy.stats import binomtest, norm, t

Z = norm.ppf(0.975)


def wilson(successes: int, trials: int) -> tuple[float, float, float]:
    """Share and its 95 % interval; nan where there were no trials."""
    if not trials:
        return np.nan, np.nan, np.nan
    interval = binomtest(int(successes), int(trials)).proportion_ci(method="wilson")
    return successes / trials, interval.low, interval.high


def student(values: np.ndarray) -> tuple[float, float]:
    """Student's 95 % interval of the mean of values (n,); nan for a single one."""
    if len(values) < 2:
        return np.nan, np.nan
    half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return values.mean() - half, values.mean() + half


def stratified(
    successes: np.ndarray, trials: np.ndarray, sizes: np.ndarray, total: int | None = None
) -> tuple[float, float, float]:
    """Share of a population from samples of its strata, and its 95 % interval.

    ``sizes`` are the strata's numbers of elements, ``total`` the population's (their sum if not given): what is in no
    stratum is known to be no success. Distances of the limits from the share are put together from those of each
    stratum's Wilson interval, weighted by size, as square roots of sums of squares (Newcombe's square-and-add; Zou and
    Donner 2008), so counts of 0 and n need no exception. What was drawn of a stratum is known: its trials count for
    more the more of it they are, and all of it is certain. A stratum without a trial counts as half, from 0 to 1.
    """
    share = np.divide(successes, trials, out=np.full(len(trials), 0.5), where=trials > 0)
    width = Z**2 * (sizes - trials) / (np.maximum(trials, 1) * np.maximum(sizes - 1, 1))
    middle = (share + width / 2) / (1 + width)
    half = np.sqrt(share * (1 - share) * width + width**2 / 4) / (1 + width)
    below = np.where(trials > 0, share - middle + half, 0.5)
    above = np.where(trials > 0, middle + half - share, 0.5)
    weights = sizes / (sizes.sum() if total is None else total)
    estimate, low, high = weights @ share, *(np.linalg.norm(weights * side) for side in (below, above))
    return float(estimate), float(estimate - low), float(estimate + high)

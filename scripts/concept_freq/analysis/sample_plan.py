"""How many more pairs of a concept a model would need for so many points more, by the main fits' slope.

A score is taken to rise by ``slope_per_decade`` points with every tenfold of max(n, 1) pairs (paper, section 3; here
the recipe ``fixed_effects``). Slope and interval are of the average concept of a frequency: single concepts scatter
around it far more widely, and pairs added on purpose need not act as those found.
"""

import difflib

import numpy as np
import pandas as pd

from concept_freq.text.lemmas import lemmas

TOP = 100  # percent
MANY = 1e12  # pairs beyond which a number means nothing: more than there are


def more_pairs(n: np.ndarray, slope: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Pairs to add to n (m,) for so many points (m,) at this slope (m,); nan where the slope is not above zero.

    max(n, 1) (10^(points / slope) - 1), rounded up; inf above MANY.
    """
    rising = slope > 0
    decades = np.where(rising, points / np.where(rising, slope, 1), np.nan)
    more = np.ceil(np.round(np.maximum(n, 1) * np.expm1(np.minimum(decades, 200) * np.log(10)), 6))  # 900, not 901
    return np.where(more > MANY, np.inf, more)


def add_plan(table: pd.DataFrame, points: float) -> pd.DataFrame:
    """Add what ``points`` more would take, a row per concept and model: n_more with its 95 % interval, and verdicts.

    ``table`` has frequency, score (percent), slope_per_decade, ci_low, ci_high, n_samples, and largest, the count of
    the most frequent concept fitted. ``reachable`` is ``yes``; ``capped`` where the score would pass 100, so that
    n_more is for what is left; empty with the ``reason`` where frequency does not give it. ``upper_end`` is
    ``unbounded`` where the interval of the slope holds zero (or n_more_high passes MANY), so that n_more_high is empty.
    ``beyond_data`` is ``yes`` where no fitted concept is as frequent as this one would then be.
    """
    n, left = table.frequency.to_numpy(float), TOP - table.score.to_numpy(float)
    wanted = np.minimum(points, left)
    slopes = (table[column].to_numpy(float) for column in ("slope_per_decade", "ci_high", "ci_low"))
    more, low, high = (more_pairs(n, slope, wanted) for slope in slopes)
    known = np.isfinite(more)
    steps = [(left < points) & known, table.slope_per_decade.isna(), ~known & ~np.isinf(more)]
    reasons = ["the score would pass 100", "no fit", "the slope is not above zero"]
    return table.assign(
        points=wanted,
        n_more=np.where(known, more, np.nan),
        n_more_low=np.where(known & np.isfinite(low), low, np.nan),
        n_more_high=np.where(known & np.isfinite(high), high, np.nan),
        share_of_dataset=np.where(known, more, np.nan) / table.n_samples,
        upper_end=np.where(known & ~np.isfinite(high), "unbounded", ""),
        beyond_data=np.where(known & (n + more > table.largest), "yes", ""),
        reachable=np.where(known, np.where(left < points, "capped", "yes"), ""),
        reason=np.select(steps, reasons, np.where(known, "", f"more than {MANY:.0e} pairs")),
    )


def closest_names(names: list[str], phrase: str) -> tuple[list[str], list[str]]:
    """Names that the phrase reads as (case, hyphens and plurals apart), and where there are none, names close to it."""
    if phrase in names:
        return [phrase], []
    if alike := [name for name in names if lemmas(name) == lemmas(phrase)]:
        return alike, []
    folded = {name.casefold().replace("_", " "): name for name in names}
    words = [name for key, name in folded.items() if phrase.casefold() in key]
    close = difflib.get_close_matches(phrase.casefold(), list(folded), n=5, cutoff=0.5)
    return [], list(dict.fromkeys([*(folded[key] for key in close), *words]))[:8]

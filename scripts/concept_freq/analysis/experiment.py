"""The designed experiment: the same concepts under frequencies assigned at random, several times over.

Frequency assigned at random is independent of difficulty, so the slope is its effect. In natural order common
concepts may also be easier; what the natural slope has beyond the randomised one is difficulty, not frequency.
"""

from dataclasses import dataclass

import numpy as np

from concept_freq.analysis.resampling import bootstrap_interval


@dataclass(frozen=True)
class Deals:
    """n concepts in s datasets: frequency in decades x (s, n), score y (s, n)."""

    x: np.ndarray
    y: np.ndarray

    def of(self, datasets: np.ndarray) -> "Deals":
        """Some of the datasets, one of them perhaps more than once."""
        return Deals(self.x[datasets], self.y[datasets])


def less_weighted_mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Values (s, n) less their weighted mean over concepts."""
    return values - np.average(values, axis=1, weights=weights)[:, None]


def slopes(deals: Deals, weights: np.ndarray) -> np.ndarray:
    """Slope over concepts in each dataset, (s,)."""
    x, y = less_weighted_mean(deals.x, weights), less_weighted_mean(deals.y, weights)
    return (weights * x * y).sum(axis=1) / (weights * x * x).sum(axis=1)


def within_concepts(deals: Deals, weights: np.ndarray) -> float:
    """Slope between datasets within concepts: what a concept gains where it was assigned more pairs."""
    centred = (less_weighted_mean(values, weights) for values in (deals.x, deals.y))
    x, y = (values - values.mean(axis=0) for values in centred)
    return float((weights * x * y).sum() / (weights * x * x).sum())


def ease(deals: Deals, slope: float) -> np.ndarray:
    """Score of each concept, averaged over the deals, at the mean frequency: (n,)."""
    return (deals.y - slope * (deals.x - deals.x.mean())).mean(axis=0)


def estimates(random: Deals, natural: Deals, weights: np.ndarray) -> dict[str, float]:
    """Points per decade: randomised, within concepts, natural; the part that is difficulty, and its share.

    ``ease_gradient`` asks the same another way: how much easier concepts are that are naturally more frequent, by
    their scores under random frequencies alone.
    """
    randomised, as_found = slopes(random, weights).mean(), slopes(natural, weights).mean()
    within = within_concepts(random, weights)
    easy = Deals(natural.x.mean(axis=0)[None], ease(random, within)[None])
    return {
        "randomised": randomised,
        "within_concepts": within,
        "natural": as_found,
        "difficulty": as_found - randomised,
        "share_difficulty": (as_found - randomised) / as_found,
        "ease_gradient": slopes(easy, weights)[0],
    }


def resampled(random: Deals, natural: Deals, draws: int, seed: int) -> dict[str, np.ndarray]:
    """The estimates with concepts and datasets drawn anew, both at once: name -> (2,), ends of the 95 % interval."""
    rng, n = np.random.default_rng(seed), random.x.shape[1]
    drawn = []
    for _ in range(draws):
        weights = rng.multinomial(n, np.full(n, 1 / n)).astype(float)
        chosen = [deals.of(rng.integers(0, len(deals.x), len(deals.x))) for deals in (random, natural)]
        with np.errstate(invalid="ignore", divide="ignore"):  # one deal five times over has nothing within concepts
            drawn.append(estimates(*chosen, weights))
    return {name: bootstrap_interval(np.array([draw[name] for draw in drawn]), n) for name in drawn[0]}

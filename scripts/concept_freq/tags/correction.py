"""True counts from a tagger's counts and a labelled sample: Rogan and Gladen's estimate, with its uncertainty.

A tagger shows a concept in q = recall * p + false_alarm * (1 - p) of the pictures, where p is the true share. Recall
and false alarms come from pictures whose content is known. Few of them show any one concept, so each concept's rates
are drawn towards those of all concepts (empirical Bayes), and all that is uncertain is carried through by simulation.
"""

from dataclasses import dataclass

import numpy as np

LEAST_GAP = 0.05  # of recall above false alarms; below it the tags say nothing about the concept


@dataclass(frozen=True)
class Labelled:
    """Pictures of known content by concept (concepts,): shown and tagged, shown and missed, tagged falsely, neither."""

    hits: np.ndarray
    misses: np.ndarray
    false_alarms: np.ndarray
    rejections: np.ndarray


def shared_prior(successes: np.ndarray, trials: np.ndarray) -> tuple[float, float]:
    """Beta prior of a rate that differs between concepts, by moments; trials weigh. As (a, b)."""
    known = trials > 0
    if not known.any():
        return 0.5, 0.5
    weight, rate = trials[known], successes[known] / trials[known]
    mean = np.clip(np.average(rate, weights=weight), 1e-6, 1 - 1e-6)
    spread = np.average((rate - mean) ** 2, weights=weight)
    sampling = mean * (1 - mean) * known.sum() / weight.sum()  # of what chance alone spreads
    between = max(spread - sampling, 1e-9)
    strength = np.clip(mean * (1 - mean) / between - 1, 1.0, 1e6)
    return float(mean * strength), float((1 - mean) * strength)


def drawn_rates(successes: np.ndarray, failures: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Rates as likely as the labelled pictures make them, (draws, concepts)."""
    a, b = shared_prior(successes, successes + failures)
    return rng.beta(successes + a, failures + b, (draws, len(successes)))


def correct(
    tagged: np.ndarray, n: int, labelled: Labelled, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Corrected counts of ``n`` pictures, ``tagged`` (concepts,) of which carry each tag; the labelled are among them.

    Of those the content is known; only the others' is estimated. Returns estimate, lower and upper end of the 95 %
    interval, and whether the tagger can detect the concept at all.
    """
    rng = np.random.default_rng(seed)
    recall = drawn_rates(labelled.hits, labelled.misses, draws, rng)
    false_alarm = drawn_rates(labelled.false_alarms, labelled.rejections, draws, rng)
    shown = labelled.hits + labelled.misses
    others = n - int((shown + labelled.false_alarms + labelled.rejections).max())
    tagged_others = np.clip(tagged - labelled.hits - labelled.false_alarms, 0, others)
    share = rng.beta(tagged_others + 0.5, others - tagged_others + 0.5, (draws, len(tagged)))
    gap = recall - false_alarm
    with np.errstate(divide="ignore", invalid="ignore"):
        true = np.where(gap > LEAST_GAP, np.clip((share - false_alarm) / gap, 0, 1), 1.0)
    low, middle, high = shown + np.quantile(others * true, [0.025, 0.5, 0.975], axis=0)
    return middle, low, high, np.quantile(gap, 0.025, axis=0) > LEAST_GAP

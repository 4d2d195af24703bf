"""Which probability of a tag counts: thresholds, and the published rule for them."""

import argparse

import numpy as np

RULES = ("at_least", "published")


def limit_of(threshold: float, rule: str) -> float:
    """The smallest half-precision probability that counts: at least the threshold, or above it as ``published``.

    In the published code, 0.7 becomes 0.70019531 in half precision and the comparison is strict, so counting starts
    at 0.70068359.
    """
    half = np.float16(threshold)
    if rule == "published":
        return float(np.nextafter(half, np.float16(np.inf)))
    return float(half if float(half) >= threshold else np.nextafter(half, np.float16(np.inf)))


def add_threshold_options(parser: argparse.ArgumentParser, *, many: bool = False) -> None:
    """Add the options of a program that reads tags: ``--threshold`` (or ``--thresholds``) and ``--threshold-rule``."""
    if many:
        parser.add_argument(
            "--thresholds", type=float, nargs="+", required=True, help="smallest probabilities that count"
        )
    else:
        parser.add_argument("--threshold", type=float, required=True, help="smallest that counts")
    parser.add_argument("--threshold-rule", choices=RULES, default=RULES[0], help="at least the threshold, or above it")

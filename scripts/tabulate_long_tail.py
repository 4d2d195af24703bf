"""How long the tail is: share of concepts never matched, and a power law fitted by maximum likelihood (paper, Fig. 5).

``alpha`` is the exponent of the counts' distribution from ``x_min`` up, chosen by the Kolmogorov-Smirnov distance,
``zipf`` the exponent of count against rank, 1 / (alpha - 1) (library: powerlaw). On the same tail, other laws are set
against the power law: ``ratio_LAW``, the normalised log-likelihood ratio, is above zero where the power law is the
likelier, ``p_LAW`` is its p, and ``aic_LAW`` weighs in the number of parameters. ``best`` has the smallest AIC;
``indistinguishable`` are the laws with p > 0.1. A fit that fails is empty. ``log_ratio`` is the ratio to the log-normal
as it is, not normalised.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import powerlaw

from concept_freq.analysis.counts import COUNT_TYPES, of_sets, read_counts
from concept_freq.analysis.tails import compare
from concept_freq.io.tables import write_csv


def fit_tail(counts: np.ndarray) -> dict:
    """Power law of the positive counts, and laws set against it; nothing for fewer than 50, or where all are alike."""
    if len(counts) < 50 or len(np.unique(counts)) < 10:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the library warns of its own use of an old name
        law = powerlaw.Fit(counts, discrete=True, verbose=False).power_law
    compared = compare(counts[counts >= law.xmin], law.xmin)
    tail = {
        "alpha": law.alpha,
        "zipf": 1 / (law.alpha - 1),
        "x_min": law.xmin,
        "n_tail": int((counts >= law.xmin).sum()),
    }
    ratio = (compared["aic_lognormal"] - compared["aic_power_law"]) / 2 - 1
    return {**tail, "ks_distance": law.D, "log_ratio": ratio, "log_ratio_p": compared["p_lognormal"], **compared}


def describe(counts: pd.Series) -> dict:
    """Zeros, concentration and tail of the counts of a list of concepts."""
    n = counts.dropna().to_numpy().astype(np.int64)
    row = {"n_concepts": len(n), "n_zero": int((n == 0).sum()), "share_zero": float((n == 0).mean())}
    row |= {"share_below_thousandth": float((n < n.max() / 1000).mean()), "median": float(np.median(n)), "max": n.max()}
    return row | fit_tail(n[n > 0])


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--datasets", nargs="*", default=[], help="evaluation sets whose published counts are pooled")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = []
    for pretraining, table in read_counts(args.counts).items():
        chosen = of_sets(table, args.datasets)
        table = chosen if len(chosen) else table  # counted for other sets only: the text-to-image prompts
        known = [kind for kind in COUNT_TYPES if table[f"n_{kind}"].notna().any()]
        rows += [{"pretraining": pretraining, "count_type": kind, **describe(table[f"n_{kind}"])} for kind in known]
    write_csv(pd.DataFrame(rows), args.out, digits=8)  # of AIC, differences matter


if __name__ == "__main__":
    main()

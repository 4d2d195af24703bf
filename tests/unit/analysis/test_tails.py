"""Laws of the tail: each is recognised in samples of its own, and agrees with the library where that converges."""

import warnings

import numpy as np
import pandas as pd
import powerlaw
import pytest

from concept_freq.analysis import tails
from concept_freq.analysis.tails import ALTERNATIVES, compare, fit_laws
from figure_long_tail import describe as describe_law
from tabulate_long_tail import describe

RANGE = np.arange(10, 2_000_000)
SHARES = {
    "power_law": RANGE**-2.2,
    "lognormal": np.exp(-((np.log(RANGE) - 5) ** 2) / 2) / RANGE,
    "truncated_power_law": RANGE**-1.5 * np.exp(-RANGE / 2000),
    "exponential": np.exp(-RANGE / 300),
    "stretched_exponential": RANGE**-0.5 * np.exp(-((RANGE / 300) ** 0.5)),
}


def sample(law: str, seed: int = 0, n: int = 2_000) -> np.ndarray:
    """Draw n counts >= 10 of a law: (n,)."""
    share = np.cumsum(SHARES[law])
    return RANGE[np.searchsorted(share / share[-1], np.random.default_rng(seed).random(n))]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("law", SHARES)
def test_the_law_of_a_sample_is_recognised(law, seed):
    row = compare(sample(law, seed), 10)
    if law == "power_law":
        assert row["best"] == law or row["best"] in row["indistinguishable"].split()
    else:
        assert row["best"] == law
        assert law not in row["indistinguishable"].split()
        assert row[f"ratio_{law}"] < 0


@pytest.mark.parametrize("law", SHARES)
def test_likelihoods_are_the_library_s(law):
    x = sample(law)
    own = fit_laws(x, 10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        library = powerlaw.Fit(x, xmin=10, discrete=True, verbose=False)
        for name, logs in own.items():
            found = getattr(library, name).loglikelihoods(library.data).sum()
            assert logs.sum() > found - 0.01, name  # never a worse fit
            if name != "stretched_exponential":
                assert logs.sum() == pytest.approx(found, abs=0.5), name
    assert set(own) == {"power_law", *ALTERNATIVES}


@pytest.mark.parametrize("x_min", [1, 10, 1_000_000])
@pytest.mark.parametrize(
    ("law", "parameters"),
    [
        (tails.power_law, (0.5,)),
        (tails.lognormal, (3, 0.2)),
        (tails.exponential, (-4,)),
        (tails.stretched_exponential, (-4, -0.7)),
        (tails.truncated_power_law, (0.3, -5)),
        (tails.truncated_power_law, (-1, -7)),
        (tails.truncated_power_law, (0, -12)),
    ],
)
def test_probabilities_add_up_to_one(law, parameters, x_min):
    scale = [0, 0] if x_min < 1_000_000 else [np.log(x_min), -np.log(x_min)]  # of a place, of a rate
    shift = {tails.lognormal: (scale[0], 0), tails.stretched_exponential: (scale[1], 0), tails.exponential: scale[1:]}
    shift |= {tails.truncated_power_law: (0, scale[1]), tails.power_law: (0,)}
    parameters = np.add(parameters, shift[law])
    steps = np.unique(np.geomspace(1, 1e13, 400_000).astype(np.int64)) + x_min - 1
    share = np.exp(law(steps.astype(float), x_min, *parameters))
    whole = np.sum((share[1:] + share[:-1]) / 2 * np.diff(steps)) + share[0] / 2  # sums by trapezia over gaps
    assert whole == pytest.approx(1, abs=2e-3)


def test_a_failed_search_leaves_its_cells_empty(monkeypatch):
    def stuck(law, start, x, x_min):
        return None if law is tails.lognormal else tails_search(law, start, x, x_min)

    tails_search = tails.search
    monkeypatch.setattr(tails, "search", stuck)
    row = compare(sample("lognormal"), 10)
    assert np.isnan([row["aic_lognormal"], row["ratio_lognormal"], row["p_lognormal"]]).all()
    assert row["best"] != "lognormal"
    assert "lognormal" not in row["indistinguishable"].split()


def test_a_search_that_goes_nowhere_is_no_fit():
    x = sample("power_law", n=100).astype(float)
    assert tails.search(lambda x, _, a: np.full(len(x), np.nan), [0.0], x, 10) is None
    assert tails.search(lambda x, _, a: a + 0 * x, [0.0], x, 10) is None  # likelier without end


def test_a_table_s_row_and_its_words():
    row = describe(pd.Series(np.concatenate([np.zeros(500), sample("truncated_power_law")])))
    assert row["share_zero"] == pytest.approx(0.2)
    assert row["best"] == "truncated_power_law"
    assert row["log_ratio"] == pytest.approx((row["aic_lognormal"] - row["aic_power_law"]) / 2 - 1)
    assert "better described by a power law with cut-off" in describe_law(pd.Series(row))
    assert describe_law(pd.Series({"share_zero": 0.5})) == ""
    assert "best" not in describe(pd.Series(np.arange(20)))

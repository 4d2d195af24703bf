"""Laws of the tail of counts, fitted by maximum likelihood to whole numbers >= x_min, and set against the power law.

After Clauset, Shalizi and Newman (2009), Table 2.1 and Appendix C. The library powerlaw has the same laws, but its
stretched exponential loses its digits for small beta, and it calls every law with a small parameter a failure.
"""

from collections.abc import Callable

import numpy as np
from powerlaw.statistics import loglikelihood_ratio
from scipy import integrate, optimize, special

ALTERNATIVES = ("lognormal", "truncated_power_law", "exponential", "stretched_exponential")
CONTAINS = {"truncated_power_law": ("power_law", "exponential"), "stretched_exponential": ("exponential",)}
TOLERANCE = 0.01  # of a log-likelihood
RESTARTS = 8
TERMS, GRID = 200, 4001  # of a series that are summed, and points of the integral over the rest


def power_law(x: np.ndarray, x_min: float, log_alpha_1: float) -> np.ndarray:
    """Log-probabilities of x^-alpha, alpha > 1: (n,)."""
    alpha = 1 + np.exp(log_alpha_1)
    return -alpha * np.log(x) - np.log(special.zeta(alpha, x_min))


def lognormal(x: np.ndarray, x_min: float, mu: float, log_sigma: float) -> np.ndarray:
    """Log-probabilities of a rounded log-normal: (n,)."""
    above = [special.log_ndtr((mu - np.log(at)) / np.exp(log_sigma)) for at in (x_min - 0.5, x - 0.5, x + 0.5)]
    return above[1] + np.log(-np.expm1(above[2] - above[1])) - above[0]


def exponential(x: np.ndarray, x_min: float, log_rate: float) -> np.ndarray:
    """Log-probabilities of exp(-rate x): (n,)."""
    rate = np.exp(log_rate)
    return np.log(-np.expm1(-rate)) - rate * (x - x_min)


def stretched_exponential(x: np.ndarray, x_min: float, log_rate: float, log_beta: float) -> np.ndarray:
    """Log-probabilities of a rounded stretched exponential, exp(-(rate x)^beta) being the share above x: (n,)."""
    at = [np.exp(np.exp(log_beta) * (log_rate + np.log(edge))) for edge in (x_min - 0.5, x - 0.5, x + 0.5)]
    return at[0] - at[1] + np.log(-np.expm1(at[1] - at[2]))


def truncated_power_law(x: np.ndarray, x_min: float, log_alpha: float, log_rate: float) -> np.ndarray:
    """Log-probabilities of x^-alpha exp(-rate x): (n,). Sums TERMS, then goes on by Euler and Maclaurin's formula."""
    alpha, rate = np.exp(log_alpha), np.exp(log_rate)
    k, last = x_min + np.arange(TERMS), x_min + TERMS
    head = np.exp(-alpha * np.log(k / x_min) - rate * (k - x_min)).sum()
    ends = [np.log(750 / rate / last + 1), 40 / (alpha - 1) if alpha > 1 else np.inf]  # beyond them nothing is left
    u = np.linspace(0, min(ends), GRID)
    rest = last * integrate.simpson(np.exp((1 - alpha) * u - rate * last * np.expm1(u)), x=u)
    rest += 0.5 + (alpha / last + rate) / 12
    total = head + rest * np.exp(-alpha * np.log(last / x_min) - rate * (last - x_min))
    return -alpha * np.log(x / x_min) - rate * (x - x_min) - np.log(total)


def starts(x: np.ndarray, x_min: float) -> dict[str, tuple[Callable, list[list[float]]]]:
    """Each law with the parameters from which its search starts."""
    logs, rate = np.log(x), -np.log(x.mean())
    alpha = 1 / (np.log(x / (x_min - 0.5)).mean())
    return {
        "power_law": (power_law, [[np.log(alpha)]]),
        "lognormal": (lognormal, [[logs.mean(), np.log(logs.std())]]),
        "truncated_power_law": (truncated_power_law, [[np.log(1 + alpha), rate - 3], [-1, rate]]),
        "exponential": (exponential, [[-np.log(x.mean() - x_min + 1)]]),
        "stretched_exponential": (stretched_exponential, [[rate, -1], [rate, 0]]),
    }


def search(law: Callable, start: list[float], x: np.ndarray, x_min: float) -> tuple[float, np.ndarray] | None:
    """Largest log-likelihood and its parameters; None where it still rises after RESTARTS, or is not finite."""

    def cost(parameters: np.ndarray) -> float:
        total = law(x, x_min, *parameters).sum()
        return -total if np.isfinite(total) else 1e300

    best = np.inf
    for _ in range(RESTARTS):
        found = optimize.minimize(cost, start, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-5})
        if best - found.fun < TOLERANCE / 10:
            return (-found.fun, found.x) if found.fun < 1e300 else None
        best, start = found.fun, found.x
    return None


def fit_laws(x: np.ndarray, x_min: float) -> dict[str, np.ndarray]:
    """Log-probabilities of x (n,) under each law's best parameters; a law whose search fails is left out.

    A law that contains another as a special case cannot be less likely: where it is, its search has failed too.
    """
    fitted, x = {}, x.astype(float)
    with np.errstate(all="ignore"):
        for name, (law, guesses) in starts(x, x_min).items():
            if found := [f for guess in guesses if (f := search(law, guess, x, x_min))]:
                fitted[name] = law(x, x_min, *max(found, key=lambda f: f[0])[1])
    size = {name: logs.sum() for name, logs in fitted.items()}
    return {
        name: logs
        for name, logs in fitted.items()
        if all(size[name] > size[part] - TOLERANCE for part in CONTAINS.get(name, ()) if part in size)
    }


def compare(x: np.ndarray, x_min: float, alike: float = 0.1) -> dict[str, float | str]:
    """Set each law against the power law on the tail x (n,), all >= x_min.

    Returns AIC of each, the normalised log-likelihood ratio (above zero: for the power law) and its p for each
    alternative, ``best`` by AIC, and ``indistinguishable``: alternatives with p > ``alike``. A failed fit has none.
    """
    fitted = fit_laws(x, x_min)
    parameters = {"power_law": 1, "exponential": 1}
    aic = {name: 2 * parameters.get(name, 2) - 2 * float(logs.sum()) for name, logs in fitted.items()}
    row: dict[str, float | str] = {f"aic_{name}": aic.get(name, np.nan) for name in ("power_law", *ALTERNATIVES)}
    unlike = []
    for name in ALTERNATIVES:
        pair = [fitted[law] for law in ("power_law", name) if law in fitted]
        nested = "power_law" in CONTAINS.get(name, ())
        known = len(pair) == 2
        ratio, p = loglikelihood_ratio(*pair, nested, normalized_ratio=True) if known else (np.nan, np.nan)
        row |= {f"ratio_{name}": ratio, f"p_{name}": p}
        unlike += [name] if p > alike else []
    return row | {"best": min(aic, key=aic.get, default=""), "indistinguishable": " ".join(unlike)}

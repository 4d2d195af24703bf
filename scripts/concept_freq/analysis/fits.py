"""Tables of fits: how they are read, and which of their rows the main figures and tables show."""

from pathlib import Path

import pandas as pd

from concept_freq.analysis.scores import POOL, in_percent, select
from concept_freq.evaluation.tasks import TASK_KEYS


def read_keyed(path: Path) -> pd.DataFrame:
    """A table of what was fitted, with its keys and thresholds as text."""
    return pd.read_csv(path, dtype=dict.fromkeys((*TASK_KEYS, "threshold"), str))


def read_fits(path: Path) -> pd.DataFrame:
    """The table of fits; slopes in percent points where scores are shares."""
    return in_percent(read_keyed(path), ["slope_per_decade", "ci_low", "ci_high"])


def read_null(path: Path) -> pd.DataFrame:
    """What shuffled scores give, to stand beside the fits."""
    return read_keyed(path).drop(columns="rho")


def main_fits(fits: pd.DataFrame, main: dict, threshold: str) -> pd.DataFrame:
    """Fits of the config's ``analysis.main``: its prompts, metric and count, at the configured threshold."""
    return select(fits, {**main, "threshold": "" if main["count_type"] == "text" else threshold})


def widest(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Rows of the pool of evaluation sets, or where a group has none, of its only set."""
    pooled = table.groupby(by).dataset.transform(lambda sets: (sets == POOL).any())
    return table[(table.dataset == POOL) | ~pooled]

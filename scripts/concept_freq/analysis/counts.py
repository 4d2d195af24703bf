"""How often concepts occur in pretraining data: the columns of counts, their tables, and true counts where known."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from concept_freq.io.parquet import read_frame

COUNT_TYPES = ("text", "image", "matched")


@dataclass(frozen=True)
class CountColumn:
    """A column of <results>/counts: which modality it counts, under which threshold (empty for text) and mode."""

    column: str
    count_type: str
    threshold: str
    mode: str = ""


def count_columns(thresholds: list[float]) -> list[CountColumn]:
    """The configured count of each type, and image and matched counts under every further threshold."""
    first, *others = [f"{threshold:g}" for threshold in thresholds]
    columns = [CountColumn("n_text", "text", "")]
    columns += [CountColumn(f"n_{kind}", kind, first) for kind in ("image", "matched")]
    return columns + [CountColumn(f"n_{kind}_{t}", kind, t) for t in others for kind in ("image", "matched")]


def mode_columns(thresholds: list[float], modes: list[str]) -> list[CountColumn]:
    """Text and matched counts in the further counting modes, at the first threshold."""
    first = {"text": "", "matched": f"{thresholds[0]:g}"}
    return [CountColumn(f"n_{kind}_{mode}", kind, first[kind], mode) for mode in modes for kind in first]


def read_counts(paths: list[Path]) -> dict[str, pd.DataFrame]:
    """Counts by pretraining dataset; every mode and threshold."""
    return {path.stem: read_frame(path) for path in paths}


def check_true_counts(table: pd.DataFrame, path: Path) -> None:
    """Raise ValueError where a table of true counts lacks a column, or has two numbers of one thing."""
    if missing := {"concept", "count_type", "planted"}.difference(table.columns):
        raise ValueError(f"{path}: no column {sorted(missing)[0]!r}; it needs concept, count_type, planted")
    if (twice := table.duplicated(["concept", "count_type"])).any():
        row = twice.idxmax()
        which = f"{table.concept[row]!r} has two {table.count_type[row]} counts"
        raise ValueError(f"{path}: line {row + 2}: {which}; keep one")


def read_true_counts(paths: list[Path]) -> dict[str, pd.DataFrame]:
    """What counts are without counting error, where it is known: by pretraining dataset, concepts x count types.

    A table with concept, count_type and planted is one of ``compare_with_truth``, or of your own (CSV): NAME.csv.
    """
    tables = {}
    for path in paths:
        table = pd.read_csv(path) if path.suffix == ".csv" else read_frame(path)
        check_true_counts(table, path)
        tables[path.stem] = table.pivot(index="concept", columns="count_type", values="planted")
    return tables


def of_sets(table: pd.DataFrame, datasets: list[str]) -> pd.DataFrame:
    """Published counts of these evaluation sets; counts that are not kept by set are as they are."""
    return table[table.dataset.isin(datasets)] if "dataset" in table else table


def one_row_per_concept(table: pd.DataFrame) -> pd.DataFrame:
    """Counts by concept. Published ones differ a little between evaluation sets: the first set's is taken."""
    if "dataset" not in table:
        return table
    return table.groupby("concept", as_index=False)[[f"n_{kind}" for kind in COUNT_TYPES]].first()

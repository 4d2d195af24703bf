"""Join scores per concept with how often the concept occurs in the pretraining data: what every fit starts from."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from concept_freq.analysis.joining import tell_uncounted, uncounted, with_counts
from concept_freq.io.parquet import read_frame

KEYS = ["task", "pretraining", "model", "prompts", "direction", "k", "metric"]
# Score table -> task, and where the metric is one: its name, its column, the column of n.
TASKS = {
    "class_accuracy": ("classification", {"accuracy": "score", "n_images": "n"}, "accuracy"),
    "retrieval_recall": ("retrieval", {"recall": "score"}, "recall"),
    "text_to_image_scores": ("text_to_image", {}, None),
}


COUNT_TYPES = ("text", "image", "matched")
POOL = "all"  # in the column dataset: the evaluation sets of a task together


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


def read_scores(paths: list[Path]) -> pd.DataFrame:
    """Score tables, told by their names, in one shape: KEYS, dataset, concept, class, n, score (accuracy: percent)."""
    tables = []
    for path in paths:
        task, columns, metric = TASKS[path.stem]
        table = read_frame(path).rename(columns=columns).assign(task=task)
        table["metric"] = metric or table.metric
        table["class"] = table["class"].fillna(table.concept) if "class" in table else table.concept
        table["k"] = table.k.astype(str) if "k" in table else ""
        tables.append(table)
    scores = pd.concat([table for table in tables if len(table)], ignore_index=True)
    for key in KEYS:
        scores[key] = scores[key].fillna("") if key in scores else ""
    return scores[[*KEYS, "dataset", "concept", "class", "n", "score"]]


def read_counts(paths: list[Path]) -> dict[str, pd.DataFrame]:
    """Counts by pretraining dataset; every mode and threshold."""
    return {path.stem: read_frame(path) for path in paths}


def read_true_counts(paths: list[Path]) -> dict[str, pd.DataFrame]:
    """What counts are without counting error, where it is known: by pretraining dataset, concepts x count types.

    A table with concept, count_type and planted is one of ``compare_with_truth``, or of your own (CSV): NAME.csv.
    """
    tables = {}
    for path in paths:
        table = pd.read_csv(path) if path.suffix == ".csv" else read_frame(path)
        if missing := {"concept", "count_type", "planted"}.difference(table.columns):
            raise ValueError(f"{path}: no column {sorted(missing)[0]!r}; it needs concept, count_type, planted")
        if (twice := table.duplicated(["concept", "count_type"])).any():
            row = twice.idxmax()
            which = f"{table.concept[row]!r} has two {table.count_type[row]} counts"
            raise ValueError(f"{path}: line {row + 2}: {which}; keep one")
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


def join(scores: pd.DataFrame, counts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Scores of models trained on counted data, with the counts of their concept.

    A concept that was never counted is no zero: it is left out, and named. So are the gaps of published counts.
    """
    tell_uncounted(uncounted(scores, counts))
    joined = [with_counts(scores[scores.pretraining == name], table) for name, table in counts.items()]
    return pd.concat(joined, ignore_index=True)


def left_out_of_pool(table: pd.DataFrame, left_out: dict[str, list[str]], count_type: str) -> pd.Series:
    """Rows whose evaluation set the pool of this count type leaves out."""
    return table.dataset.isin([dataset for dataset, types in left_out.items() if count_type in types])


def select(table: pd.DataFrame, wanted: dict[str, str]) -> pd.DataFrame:
    """Rows that hold these values, compared as text; a field that a row's task does not have is empty there."""
    rows = pd.Series(True, index=table.index)
    for field, value in wanted.items():
        cells = table[field].fillna("").astype(str)
        rows &= (cells == str(value)) | (cells == "") if field in KEYS else cells == str(value)
    return table[rows]


def read_null(path: Path) -> pd.DataFrame:
    """What shuffled scores give, keys as text, to stand beside the fits."""
    return pd.read_csv(path, dtype={"threshold": str, "k": str}).drop(columns="rho")


def read_fits(path: Path) -> pd.DataFrame:
    """The table of fits, keys as text; slopes of recall in percent points."""
    fits = pd.read_csv(path, dtype={"threshold": str, "k": str})
    scale = fits.task.map({"retrieval": 100}).fillna(1)
    return fits.assign(**{column: fits[column] * scale for column in ("slope_per_decade", "ci_low", "ci_high")})


def widest(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Rows of the pool of evaluation sets, or where a group has none, of its only set."""
    pooled = table.groupby(by).dataset.transform(lambda sets: (sets == POOL).any())
    return table[(table.dataset == POOL) | ~pooled]


def main_fits(fits: pd.DataFrame, main: dict, threshold: str) -> pd.DataFrame:
    """Fits of the config's ``analysis.main``: its prompts, metric and count, at the configured threshold."""
    return select(fits, {**main, "threshold": "" if main["count_type"] == "text" else threshold})

"""Join scores per concept with how often the concept occurs in the pretraining data: what every fit starts from."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

KEYS = ["task", "pretraining", "model", "prompts", "direction", "k", "metric"]


@dataclass(frozen=True)
class CountColumn:
    """A column of <results>/counts: which modality it counts, under which threshold (empty for text)."""

    column: str
    count_type: str
    threshold: str


def count_columns(thresholds: list[float]) -> list[CountColumn]:
    """The configured count of each type, and image and matched counts under every further threshold."""
    first, *others = [f"{threshold:g}" for threshold in thresholds]
    columns = [CountColumn("n_text", "text", "")]
    columns += [CountColumn(f"n_{kind}", kind, first) for kind in ("image", "matched")]
    return columns + [CountColumn(f"n_{kind}_{t}", kind, t) for t in others for kind in ("image", "matched")]


def read_scores(class_accuracy: Path, retrieval_recall: Path) -> pd.DataFrame:
    """Both score tables in one shape: KEYS, dataset, concept, n, score (percent for accuracy, a share for recall)."""
    classes = pd.read_parquet(class_accuracy).rename(columns={"accuracy": "score", "n_images": "n"})
    recall = pd.read_parquet(retrieval_recall).rename(columns={"recall": "score"})
    recall["k"] = recall.k.astype(str)
    both = [
        classes.assign(task="classification", metric="accuracy"),
        recall.assign(task="retrieval", metric="recall"),
    ]
    scores = pd.concat([table for table in both if len(table)], ignore_index=True)
    for key in KEYS:
        scores[key] = scores[key].fillna("") if key in scores else ""
    return scores[[*KEYS, "dataset", "concept", "n", "score"]]


def read_counts(paths: list[Path]) -> pd.DataFrame:
    """Counts of all datasets with a ``pretraining`` column; every mode and threshold."""
    return pd.concat(
        [pd.read_parquet(path).assign(pretraining=path.stem) for path in paths],
        ignore_index=True,
    )


def join(scores: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Scores with the counts of their concept; a concept that was never counted is an error, not a zero."""
    joined = scores.merge(counts, on=["pretraining", "concept"], how="left", validate="many_to_one")
    if missing := sorted(joined.concept[joined.n_text.isna()].unique()):
        raise ValueError(f"concepts with scores and no counts: {missing[:5]}; add them to the concept list")
    return joined


def is_main(table: pd.DataFrame, main: dict) -> pd.Series:
    """Rows of scores or fits that the config's ``analysis.main`` names: its prompts, or its direction and k."""
    classification = (table.task == "classification") & (table.prompts == main["prompts"])
    retrieval = (table.direction == main["direction"]) & (table.k.astype(str) == str(main["k"]))
    return classification | ((table.task == "retrieval") & retrieval)


def read_main_fits(path: Path, main: dict, threshold: str) -> pd.DataFrame:
    """Fits of the main prompts, metric and count at the configured threshold; recall slopes in percent points."""
    fits = pd.read_csv(path, dtype={"threshold": str, "k": str})
    configured = "" if main["count_type"] == "text" else threshold
    fits = fits[is_main(fits, main) & (fits.count_type == main["count_type"])]
    fits = fits[fits.threshold.fillna("") == configured]
    scale = fits.task.map({"classification": 1, "retrieval": 100})
    return fits.assign(**{column: fits[column] * scale for column in ("slope_per_decade", "ci_low", "ci_high")})

"""What one row of a log-linear figure shows: which scores, against which count, over which evaluation sets."""

from dataclasses import dataclass

import pandas as pd

from concept_freq.analysis.point_sets import left_out_of_pool
from concept_freq.analysis.scores import POOL, select
from concept_freq.evaluation.tasks import TASKS

WORDS = {"prompts": "{} prompts", "count_type": "{} counts", "threshold": "tags ≥ {}", "k": "@{}"}


@dataclass(frozen=True)
class View:
    """One row, complete: the task's keys of its scores, the count on the x axis, the evaluation set or ``all``."""

    task: str
    scores: dict[str, str]
    dataset: str
    count_type: str
    threshold: str
    column: str
    label: str

    def points(self, observations: pd.DataFrame, left_out: dict[str, list[str]]) -> pd.DataFrame:
        """Its points, with the count on the x axis as the column ``count``."""
        points = select(observations, {"task": self.task, **self.scores})
        if self.dataset == POOL:
            points = points[~left_out_of_pool(points, left_out, self.count_type)]
        else:
            points = points[points.dataset == self.dataset]
        if self.column not in points:
            raise KeyError(f"no counts {self.column} of the selected pretraining datasets: change the figure's rows")
        points = points.rename(columns={self.column: "count"})
        return points[points["count"].notna()].astype({"count": float})

    def fits(self, fits: pd.DataFrame) -> pd.DataFrame:
        """The fits of the same points, every recipe and model; a task's only evaluation set is its own pool."""
        same = {"task": self.task, "count_type": self.count_type, "threshold": self.threshold}
        chosen = select(fits, {**same, **self.scores})
        only = self.dataset == POOL and chosen.dataset.nunique() == 1
        return chosen if only else chosen[chosen.dataset == self.dataset]


def describe(row: dict) -> str:
    """A row's choices in words, for the titles of its panels."""
    return ", ".join(WORDS.get(key, "{}").format(str(value).replace("_", " ")) for key, value in row.items())


def complete(row: dict, task: str, main: dict, threshold: str) -> View:
    """Fill in what a row leaves to ``analysis.main`` and to the first configured threshold."""
    full = {**main, "dataset": POOL, "threshold": threshold, **row}
    is_text = full["count_type"] == "text"
    further = "" if is_text or float(full["threshold"]) == float(threshold) else f"_{float(full['threshold']):g}"
    return View(
        task=task,
        scores={key: str(full[key]) for key in TASKS[task].keys},
        dataset=full["dataset"],
        count_type=full["count_type"],
        threshold="" if is_text else f"{float(full['threshold']):g}",
        column=f"n_{full['count_type']}{further}",
        label=describe(row),
    )

"""The tasks that models are scored on: all that programs and rules need to know of one, in one place.

A new task is a row of TASKS, a program that writes its table, and the table's schema in ``io.tables``. The workflow's
planner reads this module, so it imports nothing but the standard library.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A task and its table of scores, ``<results>/tables/TABLE.parquet``: a row per model, evaluation set and concept.

    ``keys`` are the table's columns that tell several scores of one model, set and concept apart. ``score`` and ``n``
    are its columns of scores and of the pictures or queries behind each. ``metric`` names the score; it is empty where
    ``keys`` holds a column that does. ``percent`` turns a score into percent; it is None where scores have no common
    range, so that they cannot be told in percent points beside those of other tasks. ``axis`` labels an axis of scores
    and may hold keys as {key}. ``answer`` is what an evaluation set says of each picture: its ``class``, its
    ``captions``, or nothing.
    """

    name: str
    table: str
    keys: tuple[str, ...]
    score: str
    n: str
    metric: str
    percent: float | None
    axis: str
    answer: str = ""

    @property
    def in_percent(self) -> bool:
        """Whether scores can be told in percent points."""
        return self.percent is not None

    @property
    def top(self) -> float:
        """The largest score of the table; infinite where scores have no range."""
        return 100 / self.percent if self.percent else math.inf


TASKS = {
    task.name: task
    for task in (
        Task(
            name="classification",
            table="class_accuracy",
            keys=("prompts",),
            score="accuracy",
            n="n_images",
            metric="accuracy",
            percent=1,
            axis="zero-shot accuracy (%)",
            answer="class",
        ),
        Task(
            name="retrieval",
            table="retrieval_recall",
            keys=("direction", "k"),
            score="recall",
            n="n",
            metric="recall",
            percent=100,
            axis="recall@{k}, {direction} (%)",
            answer="captions",
        ),
        Task(
            name="text_to_image",
            table="text_to_image_scores",
            keys=("metric",),
            score="score",
            n="n",
            metric="",
            percent=None,
            axis="{metric}",
        ),
    )
}
TABLES = {task.table: task for task in TASKS.values()}
TASK_KEYS = (*dict.fromkeys(key for task in TASKS.values() for key in task.keys if key != "metric"), "metric")

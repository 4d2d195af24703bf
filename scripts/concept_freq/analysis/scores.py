"""Scores per concept of every task, in one shape: which are the main ones, and how they read in percent."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from concept_freq.evaluation.tasks import TABLES, TASK_KEYS, TASKS, Task
from concept_freq.io.parquet import read_frame

POOL = "all"  # in the column dataset: the evaluation sets of a task together
MODEL_KEYS = ["model", *TASK_KEYS]
SCORE_KEYS = ["task", "pretraining", *MODEL_KEYS]


def read_table(path: Path, task: Task) -> pd.DataFrame:
    """A task's table with the columns ``class``, ``score`` and ``n``, keys as text, empty where the task lacks them."""
    table = read_frame(path).rename(columns={task.score: "score", task.n: "n"})
    keys = {key: table[key].astype(str) if key in task.keys else "" for key in TASK_KEYS}
    table["class"] = table["class"].fillna(table.concept) if "class" in table else table.concept
    return table.assign(task=task.name, **keys | ({"metric": task.metric} if task.metric else {}))


def read_scores(paths: list[Path]) -> pd.DataFrame:
    """Tables of scores, told by their names, in one shape: SCORE_KEYS, dataset, concept, class, n, score."""
    tables = [read_table(path, TABLES[path.stem]) for path in paths]
    scores = pd.concat([table for table in tables if len(table)], ignore_index=True)
    return scores[[*SCORE_KEYS, "dataset", "concept", "class", "n", "score"]]


def in_percent(table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """The table with these columns in percent (points) where a row's task has scores that are shares."""
    factor = table.task.map({name: task.percent for name, task in TASKS.items()}).fillna(1)
    return table.assign(**{column: table[column] * factor for column in columns})


def comparable(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the tasks whose scores can be told in percent points, beside one another."""
    return table[table.task.isin([name for name, task in TASKS.items() if task.in_percent])]


def select(table: pd.DataFrame, wanted: dict[str, str]) -> pd.DataFrame:
    """Rows that hold these values, compared as text; a key that a row's task lacks is empty there and always fits."""
    rows = pd.Series(True, index=table.index)
    for field, value in wanted.items():
        cells = table[field].fillna("").astype(str)
        rows &= (cells == str(value)) | (cells == "") if field in SCORE_KEYS else cells == str(value)
    return table[rows]


def main_keys(main: dict) -> dict[str, str]:
    """The keys of scores that the config's ``analysis.main`` chooses, as text."""
    return {key: str(main[key]) for key in TASK_KEYS if key in main}


def is_main(keys: dict[str, str], main: dict) -> bool:
    """Whether scores with these keys are among those that ``analysis.main`` chooses."""
    return all(keys[key] in ("", value) for key, value in main_keys(main).items())


def main_scores(observations: pd.DataFrame, main: dict) -> pd.DataFrame:
    """The observations that the main figures show, whatever their count; scores in percent where they are shares."""
    return in_percent(select(observations, main_keys(main)), ["score"])

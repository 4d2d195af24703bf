"""Files of scores, counts and figures that a study's tables are made of."""

from collections.abc import Iterable, Mapping
from typing import Any

from concept_freq.evaluation.tasks import TASKS

TABLES = {task.name: task.table for task in TASKS.values()}


class Scores:
    """Which scores a study has, and from where."""

    def __init__(self, study) -> None:
        self.study = study

    def sets_of(self, task: str, published: bool) -> list[str]:
        """Evaluation sets of a task: those whose scores come from a publication, or those that are evaluated here."""
        sets = self.study.sets.values()
        return [each.name for each in sets if each.task == task and each.is_published == published]

    def counted_sets_of(self, task: str) -> list[str]:
        """Evaluation sets of a task whose concepts were counted in the publication."""
        return [each.name for each in self.study.sets.values() if each.task == task and each.is_counted]

    @property
    def are_published(self) -> bool:
        """Whether any scores come from a publication."""
        return any(self.sets_of(task, published=True) for task in TABLES)

    @property
    def exist(self) -> bool:
        """Whether there are any scores to relate to counts."""
        measured = any(self.sets_of(task, published=False) for task in TABLES)
        return self.are_published or (measured and bool(self.study.models))

    def files_of(self, table: str, models: Iterable[str]) -> list[str]:
        """What a table of these models' scores is made of: a file per model and set, and the published ones."""
        task = next(task for task, name in TABLES.items() if name == table)
        sets = self.sets_of(task, published=False)
        measured = [f"<results>/{table}/{model}/{dataset}.parquet" for model in models for dataset in sets]
        return measured + [f"<results>/published/{table}.parquet"] * bool(self.sets_of(task, published=True))

    def table_of(self, task: str, folder: str = "<results>/tables") -> str:
        """The table of a task's scores."""
        return f"{folder}/{TABLES[task]}.parquet"

    def tables(self, folder: str = "<results>/tables") -> list[str]:
        """The tables of scores of the tasks at hand."""
        tasks = {each.task for each in self.study.sets.values()}
        return [self.table_of(task, folder) for task in TABLES if task in tasks]

    def samples(self) -> list[str]:
        """Samples of each evaluation set that ``unreadable`` speaks of."""
        sets = [dataset for task in TABLES for dataset in self.sets_of(task, published=False)]
        return [f"<results>/samples/{dataset}.parquet" for dataset in sets] if self.study.models else []

    def unreadable(self) -> list[str]:
        """Unreadable pictures of each evaluation set, from the first model: the list is the same for every model."""
        sets = [dataset for task in TABLES for dataset in self.sets_of(task, published=False)]
        models = list(self.study.models)[:1]
        return [f"<results>/skipped/evaluation/{model}/{dataset}.parquet" for model in models for dataset in sets]

    def true_counts(self, datasets: Iterable[str]) -> list[str]:
        """What these datasets' counts would be without counting error, where it is known: planted, or given."""
        given = self.study.config["analysis"].get("true_counts", {})
        planted = [name for name in datasets if self.study.datasets[name].is_planted]
        return [f"<results>/truth/{name}.parquet" for name in planted] + [
            given[name] for name in datasets if name in given
        ]


def figure_columns(figure: Mapping[str, Any], datasets: Iterable[str]) -> list[str]:
    """Datasets that a log-linear figure shows, one per column: those it names among these."""
    here = list(datasets)
    return [name for name in figure.get("pretraining", here) if name in here]

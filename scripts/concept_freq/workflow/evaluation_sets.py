"""Evaluation sets: the shards, class names and templates that each stands for."""

from pathlib import Path

from snakemake.exceptions import WorkflowError

from concept_freq.evaluation.layout import own_templates, split_shards
from concept_freq.evaluation.tasks import TASKS
from concept_freq.workflow.registries import Row


class EvaluationSet:
    """One registered evaluation set: the user's own, composed here, or scored in a publication."""

    def __init__(self, row: Row, registry: str) -> None:
        self.row, self.name, self.task, self.registry = row, row.dataset, row.task, registry

    @property
    def is_published(self) -> bool:
        """Whether its scores come from a publication rather than from models that are evaluated here."""
        return bool(self.row.published) and not self.row.source

    @property
    def is_counted(self) -> bool:
        """Whether its concepts were counted in the publication."""
        return bool(self.row.published)

    @property
    def left_out(self) -> list[str]:
        """Count types whose pooled fits leave the set out."""
        return self.row.left_out.split("|") if self.row.left_out else []

    @property
    def webdataset(self) -> str:
        """Folder of a set that is in CLIP_benchmark's layout already, or nothing."""
        kind, _, folder = self.row.source.partition(":")
        return folder if kind == "wds" else ""

    def made(self, file: str) -> str:
        """A file of a set that is composed here, or imported from another form."""
        return f"{'<resources>' if self.row.source else '<results>'}/downstream/{self.name}/{file}"

    @property
    def shards(self) -> list[str]:
        """Its shards: its own, which must be there before any job, or the one that is composed or imported here."""
        if not self.webdataset:
            return [self.made("test/0.tar")]
        try:
            return [str(path) for path in split_shards(Path(self.webdataset), self.row.split or "test")]
        except ValueError as error:
            raise WorkflowError(f"{self.registry}: row {self.name!r}: {error}") from None

    @property
    def given_class_names(self) -> list[str]:
        """The file of class names that its row gives: its own, or the published set's."""
        names = self.row.class_names
        return [f"<resources>/class_names/{self.name}.txt" if names == "published" else names] * bool(names)

    @property
    def class_names(self) -> list[str]:
        """Class names of a classification set, one per line; other sets have none."""
        if TASKS[self.task].answer != "class":
            return []
        if self.webdataset:
            return self.given_class_names or [f"{self.webdataset}/classnames.txt"]
        return [self.made("classnames.txt")]

    def templates(self, prompts: dict[str, str]) -> list[str]:
        """Template files of the prompt sets; the set's own takes the place of the config's ensemble."""
        own = self.row.templates or (self.webdataset and str(own_templates(Path(self.webdataset)) or ""))
        if own and not own.endswith(".txt"):
            own = f"<resources>/templates/{own}.txt"
        return [own if own and name == "ensemble" else path for name, path in prompts.items()]

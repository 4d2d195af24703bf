"""Models: the files that each stands for, and how those that are trained here are trained."""

import os
from collections.abc import Iterable, Mapping

from snakemake.exceptions import WorkflowError

from concept_freq.workflow.registries import Row


class Model:
    """One registered model: trained here on a pretraining dataset, or published."""

    def __init__(self, row: Row) -> None:
        self.row, self.name, self.pretraining = row, row.model, row.pretraining
        self.backbone = row.model.partition("/")[2]

    @property
    def is_trained(self) -> bool:
        """Whether it is trained here."""
        return self.row.source == "trained"

    @property
    def sets(self) -> set[str]:
        """Names under which the config may select it together with others."""
        return {*self.row.sets.split("|")} - {""}

    @property
    def checkpoint(self) -> str:
        """Weights: trained here, or fetched."""
        return f"<results>/models/{self.name}.pt" if self.is_trained else f"<resources>/models/{self.name}.safetensors"

    @property
    def architecture(self) -> str:
        """The architecture's name in open_clip, or its file."""
        return self.row.architecture

    @property
    def architecture_file(self) -> list[str]:
        """The architecture's file as an input; what open_clip knows by name has none."""
        return [self.architecture] * self.architecture.endswith(".json")

    @property
    def preprocessing(self) -> str:
        """How pictures are prepared for a model that is trained here; a fetched one has its ``recipe``."""
        return (self.row.preprocessing or "squash") if self.is_trained else ""

    @property
    def recipe(self) -> list[str]:
        """The file that says how pictures are prepared for a fetched model."""
        return [] if self.is_trained else [f"<resources>/models/{self.name}.json"]

    @property
    def is_local(self) -> bool:
        """Whether its weights are a local file."""
        return not self.is_trained and not self.row.source.startswith(("open_clip:", "hf:", "http://", "https://"))

    @property
    def local_checkpoint(self) -> list[str]:
        """Checkpoint of a fetched model if it is a local file. A missing file is reported by the job."""
        return [self.row.source] * os.path.exists(self.row.source)


def selected_models(models: Mapping[str, Model], entries: Iterable[str], trainable: set[str]) -> dict[str, Model]:
    """Models that the config selects, by name or by the name of a set of them.

    Of a set's models that are trained here, only those of this run's datasets (``trainable``) are meant.
    """
    wanted = {*entries}
    known = {name for model in models.values() for name in model.sets}
    if unknown := [entry for entry in entries if entry not in models and entry not in known]:
        raise WorkflowError(
            f"config: models: {unknown[0]!r} is neither a model nor a set of models; sets: {', '.join(sorted(known))}"
        )

    def is_meant(model: Model) -> bool:
        by_set = bool(model.sets & wanted) and (not model.is_trained or model.pretraining in trainable)
        return model.name in wanted or by_set

    return {name: model for name, model in models.items() if is_meant(model)}


def training_length(dataset, backbone: Row) -> int:
    """Samples that a backbone sees in training on a dataset, repeats included."""
    if not dataset.row.samples_seen:
        raise WorkflowError(f"{dataset.where}: samples_seen is needed to train on it")
    return round(int(dataset.row.samples_seen) * float(backbone.length))

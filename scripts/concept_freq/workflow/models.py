"""Models: the files that each stands for, and how those that are trained here are trained."""

import os
from collections.abc import Iterable, Mapping

from snakemake.exceptions import WorkflowError

from concept_freq.workflow.registries import Registry, Row


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


def check_models(models: Mapping[str, Model], backbones: Registry, trainable: set[str], registries: dict) -> None:
    """Fail before any job where a model's row contradicts itself or what it needs."""
    for model in models.values():
        where = f"{registries['models']}: row {model.name!r}"
        if model.name.split("/")[0] != model.pretraining:
            raise WorkflowError(f"{where}: a model of {model.pretraining} is {model.pretraining}/BACKBONE")
        if model.architecture_file and not os.path.exists(model.architecture):
            raise WorkflowError(f"{where}: architecture {model.architecture} does not exist")
        if model.is_trained:
            check_training(model, backbones, trainable, where, registries.get("backbones"))


def check_training(model: Model, backbones: Registry, trainable: set[str], where: str, registry: str | None) -> None:
    """Fail where a model is to be trained here and something that this takes is missing."""
    if not model.architecture_file:
        raise WorkflowError(
            f"{where} is trained here, so its architecture must be a file (.json), not {model.architecture}"
        )
    if model.pretraining not in trainable:
        raise WorkflowError(f"{where} is trained here, and config: pretraining lacks shards of {model.pretraining}")
    if model.backbone not in backbones:
        raise WorkflowError(f"{where}: {registry or 'config: registries.backbones'} does not say how to train it")


def training_length(dataset, backbone: Row) -> int:
    """Samples that a backbone sees in training on a dataset, repeats included."""
    if not dataset.row.samples_seen:
        raise WorkflowError(f"{dataset.where}: samples_seen is needed to train on it")
    return round(int(dataset.row.samples_seen) * float(backbone.length))

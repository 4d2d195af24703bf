"""The tagger that a config describes: its files, its options, and what it needs of a machine."""

from collections.abc import Mapping
from typing import Any

from concept_freq.tags.base import KINDS
from concept_freq.workflow.flags import flags
from concept_freq.workflow.models import Model


class TaggerChoice:
    """One entry of the config that describes a tagger, with the registered model that it names, if any."""

    def __init__(self, settings: Mapping[str, Any], models: Mapping[str, Model]) -> None:
        self.settings, self.kind = settings, KINDS[settings["kind"]]
        self.model = models.get(settings.get("model", ""))
        self.text_model = models.get(settings.get("text_model", ""))

    @property
    def training(self) -> dict[str, Any]:
        """How it is trained here, if it is."""
        return self.settings.get("training", {})

    @property
    def checkpoint(self) -> str:
        """Weights: trained here, those of a registered model, or a file that the config names."""
        if self.model:
            return self.model.checkpoint
        return "<results>/models/tagger.pt" if self.settings["checkpoint"] == "trained" else self.settings["checkpoint"]

    @property
    def options(self) -> dict[str, Any]:
        """What decides its numbers; a registered model brings its architecture and preparation."""
        options = {key: self.settings[key] for key in self.kind.options if key in self.settings}
        if self.model:
            options |= {"architecture": self.model.architecture, "preprocessing": self.model.preprocessing}
        return options

    @property
    def architecture_file(self) -> list[str]:
        """The file of its architecture; what is known by name has none."""
        return [path for path in [self.options.get("architecture", "")] if path.endswith(".json")]

    @property
    def recipe(self) -> list[str]:
        """The file that says how pictures are prepared: a fetched model's or the config's; a named way has none."""
        if self.model:
            return self.model.recipe
        return [path for path in [self.options.get("preprocessing", "")] if path.endswith(".json")]

    @property
    def labels(self) -> list[str]:
        """Label embeddings of the concepts, for a kind that needs them."""
        return [f"<results>/labels/{self.settings.get('labels')}.parquet"] * self.kind.needs_labels

    @property
    def flags(self) -> str:
        """Its options as tag_images takes them; a recipe's file is an input."""
        inputs = self.recipe
        options = {key: value for key, value in self.options.items() if value not in inputs}
        return flags(kind=self.settings["kind"], **options)

    @property
    def gpus(self) -> int:
        """GPUs of a job that tags; without a limit (--resources gpu=2) or a scheduler this asks for nothing."""
        return 0 if self.settings.get("device") == "cpu" else 1

    @property
    def memory_mb(self) -> int:
        """Memory that its weights are known to need."""
        return self.kind.memory_mb


def speed_flags(settings: Mapping[str, Any]) -> str:
    """Options of a program that runs a model which decide how fast it is."""
    return flags(**{key: settings.get(key) for key in ("device", "batch_size", "workers", "compile")})

"""A study: the datasets, models, evaluation sets and taggers that a config selects."""

import functools
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from concept_freq.workflow.chunks import Chunk
from concept_freq.workflow.concepts import MADE_CONCEPTS
from concept_freq.workflow.datasets import Dataset
from concept_freq.workflow.evaluation_sets import EvaluationSet
from concept_freq.workflow.models import Model, selected_models, training_length
from concept_freq.workflow.registries import Registry, check, read_rows, selected
from concept_freq.workflow.released import Released
from concept_freq.workflow.scores import TABLES, Scores
from concept_freq.workflow.stress import Stress
from concept_freq.workflow.taggers import TaggerChoice

REPOSITORY = Path(__file__).parents[3]


def sought(path: str) -> str:
    """A file, sought from the working directory, then from the repository."""
    beside = REPOSITORY / path
    return os.path.relpath(beside) if not os.path.exists(path) and beside.exists() else path


class Study:
    """What a run plans. Every attribute is read from the config and its registries; nothing is computed from data."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config = config
        check(config, "config", "config")
        self.datasets = {name: Dataset(row, self) for name, row in self.registry("pretraining").items()}
        self.pretraining = selected(config["pretraining"], self.datasets, "config: pretraining")
        self.published = [name for name, dataset in self.pretraining.items() if dataset.is_published]
        self.measured = [name for name, dataset in self.pretraining.items() if not dataset.is_published]
        self.composed = [name for name in self.measured if self.datasets[name].is_composed]
        self.registered_models = {name: Model(row) for name, row in self.registry("models").items()}
        self.models = selected_models(self.registered_models, config["models"], {*self.measured})
        self.backbones, self.pictures, self.files = map(self.registry, ("backbones", "pictures", "files"))
        registered = self.registry("downstream")
        rows = selected(config["downstream"], registered, "config: downstream")
        place = config["registries"].get("downstream", "")
        self.sets = {name: EvaluationSet(row, place) for name, row in rows.items()}
        also = selected(config["list_also"], registered, "config: list_also")
        self.listed = self.sets | {name: EvaluationSet(row, place) for name, row in also.items()}
        self.prompts = {Path(path).stem: sought(path) for path in config["prompts"]}
        self.scores, self.stress, self.released = Scores(self), Stress(self), Released(self)

    def registry(self, name: str) -> Registry:
        """A registry of the config, empty where the config has none of that name."""
        path = self.config["registries"].get(name)
        return read_rows(path, name, f"config: registries.{name}") if path else {}

    @property
    def results(self) -> str:
        """The results' folder."""
        return self.config.get("pathvars", {}).get("results", "results")

    def chunk(self, wildcards) -> Chunk:
        """The chunk that a job's wildcards name."""
        return self.datasets[wildcards.pretraining].chunk(wildcards.chunk)

    @functools.cached_property
    def countable(self) -> list[str]:
        """Registered datasets that have shards; this run need not select them: one may be the base of another."""
        return [name for name, dataset in self.datasets.items() if not dataset.is_published]

    @property
    def composable(self) -> list[str]:
        """Registered datasets that are composed here."""
        return [name for name in self.countable if self.datasets[name].is_composed]

    @property
    def derived(self) -> list[str]:
        """Registered datasets that are made of others."""
        return [name for name in self.countable if self.datasets[name].is_derived]

    @functools.cached_property
    def tagger(self) -> TaggerChoice | None:
        """The tagger, if the config has one; without it only captions are counted."""
        settings = self.config.get("tagger")
        return TaggerChoice(settings, self.registered_models) if settings else None

    @functools.cached_property
    def compared(self) -> dict[str, TaggerChoice]:
        """Other taggers that tag one shard, by name."""
        entries = self.config.get("tagger_comparison", {})
        return {name: TaggerChoice(entry, self.registered_models) for name, entry in entries.items()}

    def is_tagged(self, name: str) -> bool:
        """Whether a dataset's pictures are tagged: it has pictures, and there is a tagger."""
        return self.tagger is not None and self.datasets[name].has_pictures

    @functools.cached_property
    def tagged(self) -> list[str]:
        """Datasets of this run whose pictures are tagged."""
        return list(filter(self.is_tagged, self.measured))

    @property
    def compared_dataset(self) -> Dataset | None:
        """The dataset on whose first shard taggers are compared: the first one with pictures."""
        return self.datasets[self.tagged[0]] if self.tagged else None

    @property
    def similarity(self) -> str:
        """Name of the model that embeds the pictures to compare."""
        return self.config.get("similarity", {}).get("model", "")

    @property
    def similarity_model(self) -> Model:
        """The model that embeds the pictures to compare."""
        return self.registered_models[self.similarity]

    @property
    def ratings(self) -> dict[str, list[str]]:
        """Raters' files by dataset."""
        return self.config.get("ratings", {})

    @functools.cached_property
    def rated(self) -> list[str]:
        """Datasets whose pairs are rated: by people, or by the planted truth."""
        return [name for name in self.tagged if name in self.composed or self.ratings.get(name)]

    @property
    def rating_files(self) -> list[str]:
        """All files of ratings of this run's datasets, each once."""
        return sorted({path for name in self.rated for path in self.ratings.get(name, [])})

    @property
    def names_published(self) -> bool:
        """Whether class names come from a publication."""
        return any(each.row.class_names == "published" for each in self.listed.values())

    @property
    def left_out(self) -> dict[str, list[str]]:
        """Count types whose pooled fits leave a set out, by set."""
        return {name: each.left_out for name, each in self.sets.items() if each.left_out}

    @property
    def pooled_everywhere(self) -> list[str]:
        """Published classification sets that every pool holds: the paper's 17, whose concepts its long tail shows."""
        return [name for name in self.scores.counted_sets_of("classification") if name not in self.left_out]

    @property
    def binning(self) -> dict[str, Any]:
        """Bins of each task."""
        return {task: self.config["analysis"][task] for task in TABLES if task in self.config["analysis"]}

    def picture_sets(self, wanted: str) -> list[str]:
        """Rendered picture sets of a role (train, near, far), or one by its name."""
        names = [name for name, row in self.pictures.items() if row.role == wanted] or [wanted]
        return [f"<results>/pictures/{name}.npy" for name in names]

    def over_chunks(self, pattern: str, names: Iterable[str] | None = None) -> list[str]:
        """A pattern for every chunk of these datasets, or of every one that is counted here."""
        names = self.measured if names is None else names
        return [path for name in names for path in self.datasets[name].per_chunk(pattern)]

    def tags_of_chunk(self, wildcards) -> list[str]:
        """A chunk's image tags; a dataset that is not tagged has none, and only its captions are counted."""
        path = f"<results>/image_tags/{wildcards.pretraining}/{wildcards.chunk}.parquet"
        return [path] * self.is_tagged(wildcards.pretraining)

    def samples_seen(self, wildcards) -> int:
        """Samples that a model sees in training, repeats included."""
        return training_length(self.datasets[wildcards.pretraining], self.backbones[wildcards.backbone])

    def counts(self, datasets: Mapping[str, Any] | list[str]) -> list[str]:
        """Tables of counts of these datasets."""
        return [f"<results>/counts/{name}.parquet" for name in datasets]

    @property
    def listed_names(self) -> dict[str, list[str]]:
        """Files of which a concept list is made: class names, and samples of sets whose captions' nouns are scored."""
        sets = self.listed.values()
        classes = [path for each in sets for path in each.given_class_names or each.class_names]
        nouns = [f"<results>/samples/{each.name}.parquet" for each in sets if each.row.concepts == "nouns"]
        return {"classes": classes, "samples": nouns}

    @property
    def makes_concepts(self) -> bool:
        """Whether the concept list is made of the evaluation sets."""
        return self.config["concepts"].endswith(MADE_CONCEPTS)

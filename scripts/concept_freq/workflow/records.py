"""What a run records of what it used: files by their digests, where they are from, and whose they are."""

from concept_freq.workflow.evaluation_sets import EvaluationSet
from concept_freq.workflow.models import Model
from concept_freq.workflow.taggers import TaggerChoice


def taggers(study) -> list[TaggerChoice]:
    """Taggers that tag anything in this run."""
    return [study.tagger, *study.compared.values()] if study.tagged else []


def models(study) -> list[Model]:
    """Registered models that this run evaluates, tags with, or compares pictures with."""
    names = [model.name for each in taggers(study) for model in (each.model, each.text_model) if model]
    similar = [study.similarity] * bool(study.similarity)
    return [study.registered_models[name] for name in dict.fromkeys([*study.models, *names, *similar])]


def evaluated(study) -> list[EvaluationSet]:
    """Evaluation sets that models are evaluated on here."""
    return [each for each in study.sets.values() if not each.is_published] if study.models else []


def used_files(study) -> list[str]:
    """Files that decide results, each once: weights, labels and their descriptions, evaluation sets, prompts."""
    files = [model.checkpoint for model in study.models.values()] if evaluated(study) else []
    for tagger in taggers(study):
        files += [tagger.checkpoint, *tagger.labels, *["<results>/labels/descriptions.json"] * bool(tagger.labels)]
    for each in evaluated(study):
        files += [*each.shards, *each.class_names, *each.templates(study.prompts)]
    return list(dict.fromkeys(files))


def sources(study) -> dict[str, str]:
    """Where what was not made here is from, by the name of the model or evaluation set."""
    found = {model.name: model.row.source for model in models(study) if not model.is_trained}
    found |= {each.name: each.row.source for each in evaluated(study) if each.row.source}
    address = study.config.get("tagger", {}).get("source", {}).get("address")
    return found | ({"tagger": address} if address and study.tagged else {})


def registries(study) -> list[str]:
    """Registries of what may come from elsewhere."""
    kinds = ("pretraining", "models", "downstream", "pictures", "files")
    return [study.config["registries"][kind] for kind in kinds if kind in study.config["registries"]]


def names(study) -> list[str]:
    """Rows of these registries that this run uses; pictures and files where it composes anything of them."""
    drawn = [*study.pictures] if study.composed or any(each.row.pictures for each in study.sets.values()) else []
    return [*study.pretraining, *(model.name for model in models(study)), *study.listed, *drawn, *study.files]

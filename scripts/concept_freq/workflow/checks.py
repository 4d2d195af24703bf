"""What is wrong with a study, found before any job: every check yields one line for each problem."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from snakemake.exceptions import WorkflowError

from concept_freq.evaluation.checks import checked_classes
from concept_freq.evaluation.classes import EvaluationClass
from concept_freq.evaluation.identity import told_unlisted, unlisted_classes
from concept_freq.evaluation.tasks import TASKS
from concept_freq.text.concepts import read_concepts
from concept_freq.workflow.concepts import check_concepts
from concept_freq.workflow.derived import check_compared
from concept_freq.workflow.evaluation_sets import EvaluationSet
from concept_freq.workflow.models import Model
from concept_freq.workflow.scores import figure_columns


def concept_problems(study) -> Iterator[str]:
    """The concept list is missing, or names a concept twice; one that is made here is made right."""
    if study.measured and not study.makes_concepts:
        check_concepts(study.config["concepts"])
    return iter(())


def shard_problems(study) -> Iterator[str]:
    """A dataset has no shards, or two of one name."""
    for name in study.measured:
        try:
            study.datasets[name].chunks  # noqa: B018  listing them is the check
        except WorkflowError as error:
            yield str(error)
    if "corpus" not in study.config and study.composed:
        yield f"config: corpus: is missing, and {study.composed[0]} is composed by it"


def model_problems(study) -> Iterator[str]:
    """A model's row contradicts itself, or what it needs is not there."""
    for model in study.models.values():
        where = f"{study.config['registries']['models']}: row {model.name!r}"
        if model.name.split("/")[0] != model.pretraining:
            yield f"{where}: a model of {model.pretraining} is {model.pretraining}/BACKBONE"
        if model.architecture_file and not os.path.exists(model.architecture):
            yield f"{where}: architecture {model.architecture} does not exist"
        if model.is_trained:
            yield from training_problems(study, model, where)


def training_problems(study, model: Model, where: str) -> Iterator[str]:
    """A model is to be trained here, and something that this takes is missing."""
    registry = study.config["registries"].get("backbones", "config: registries.backbones")
    if not model.architecture_file:
        yield f"{where} is trained here, so its architecture must be a file (.json), not {model.architecture}"
    if model.pretraining not in study.measured:
        yield f"{where} is trained here, and config: pretraining lacks shards of {model.pretraining}"
    if model.backbone not in study.backbones:
        yield f"{where}: {registry} does not say how to train it"


def derived_problems(study) -> Iterator[str]:
    """A derived dataset's row contradicts itself, or what this run has."""
    for name in study.derived:
        study.datasets[name].base  # noqa: B018  finding it is the check
        if name in study.measured:
            check_compared(study, name)
    return iter(())


def tagger_problems(study) -> Iterator[str]:
    """A tagger names a model that the registry lacks, or a file that is not there and that nothing makes."""
    entries = {"tagger": study.config.get("tagger", {})}
    entries |= {f"tagger_comparison.{name}": entry for name, entry in study.config.get("tagger_comparison", {}).items()}
    registry = study.config["registries"].get("models", "config: registries.models")
    for where, entry in entries.items():
        for key in ("text_model", "model"):
            if (model := entry.get(key)) and model not in study.registered_models:
                yield f"config: {where}.{key}: {model!r} is not in {registry}"
        if "checkpoint" in entry and "model" not in entry:
            yield from checkpoint_problems(where, entry)


def checkpoint_problems(where: str, tagger: dict) -> Iterator[str]:
    """A tagger is to be trained here that cannot be."""
    path = tagger["checkpoint"]
    if path == "trained" and tagger["kind"] != "open_clip":
        yield f"config: {where}.checkpoint: a {tagger['kind']} is not trained here; name the file of its weights"


def weights_problems(study) -> Iterator[str]:
    """Weights of a tagger or a model are neither there, nor fetched, nor trained here."""
    tagger = study.config.get("tagger", {})
    path = tagger.get("checkpoint", "trained")
    if path != "trained" and not {"source", "model"} & {*tagger} and not os.path.exists(path):
        yield f"config: tagger.checkpoint: {path} does not exist; put the weights there, or give tagger.source"
    for model in study.models.values():
        if model.is_local and not model.local_checkpoint:
            where = f"{study.config['registries']['models']}: row {model.name!r}"
            yield f"{where}: source: {model.row.source} does not exist; put the checkpoint there, or correct its path"


def set_problems(study) -> Iterator[str]:
    """An evaluation set's files are not there."""
    for each in study.sets.values():
        where = f"{each.registry}: row {each.name!r}"
        kind, _, place = each.row.source.partition(":")
        if kind == "folder" and not os.path.isdir(place):
            yield f"{where}: source: {place} does not exist; lay the pictures out as {place}/CLASS/PICTURE"
            continue
        for column in ("class_names", "templates"):
            path = getattr(each.row, column)
            if path.endswith(".txt") and not os.path.exists(path):
                yield f"{where}: {column}: {path} does not exist"
        try:
            classes_of(each)
            if kind == "wds":
                each.shards  # noqa: B018  finding them is the check
        except WorkflowError as error:
            yield str(error)
        except (ValueError, OSError) as error:
            yield f"{where}: {error}"


def classes_of(each: EvaluationSet) -> list[EvaluationClass]:
    """Classes of a classification set, as far as they are known before any job."""
    names = each.row.class_names
    if TASKS[each.task].answer != "class" or not each.row.source or names == "published":
        return []
    return checked_classes(each.row.source, each.row.split, Path(names) if names else None)


def unlisted(study) -> Iterator[str]:
    """A line for each evaluation set some of whose classes the concept list lacks: no fit can use them."""
    path = Path(study.config["concepts"])
    if not study.measured or study.makes_concepts:
        return
    concepts = read_concepts(path)
    for each in study.sets.values():
        classes = classes_of(each)
        if line := told_unlisted(unlisted_classes(classes, concepts), len(classes), path):
            yield f"{each.name}: {line}"


def prompt_problems(study) -> Iterator[str]:
    """A prompt set is missing, or has a template without a place for the name."""
    for path in study.prompts.values():
        if not os.path.exists(path):
            yield f"config: prompts: {path} does not exist"
            continue
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
        for number, line in enumerate(lines, start=1):
            if line.strip() and "{}" not in line and "{c}" not in line:
                yield f"{path}: line {number}: no {{}} for the class name in {line.strip()!r}"
    wanted = study.config["analysis"]["main"]["prompts"]
    if wanted not in study.prompts:
        yield f"config: analysis.main.prompts: {wanted!r} is not among the prompt sets {', '.join(study.prompts)}"


def figure_problems(study) -> Iterator[str]:
    """A figure names what no registry has, shows nothing of this run, or asks for tags that are not stored."""
    floor = min(study.config["counting"]["thresholds"])
    for name, figure in study.config["figures"].items():
        where = f"config: figures.{name}"
        sets = [row["dataset"] for row in figure["rows"] if "dataset" in row]
        for key, names, known in (
            ("pretraining", figure.get("pretraining", []), study.datasets),
            ("rows", sets, study.sets),
        ):
            for entry in (entry for entry in names if entry not in known):
                yield f"{where}.{key}: {entry!r} is not among {', '.join(known)}"
        if not figure_columns(figure, study.pretraining):
            yield f"{where}.pretraining: none of them is in this run"
        for row in figure["rows"]:
            if row.get("threshold", floor) < floor:
                yield f"{where}.rows: threshold {row['threshold']} is below {floor}, the smallest that is stored"


def count_problems(study) -> Iterator[str]:
    """The main count needs tags, and no dataset of this run has any."""
    main = study.config["analysis"]["main"]["count_type"]
    if study.scores.exist and study.measured and not study.published and not study.tagged and main != "text":
        yield (
            f"config: analysis.main.count_type: {main} counts need tags, and no dataset here is tagged; name a tagger, "
            "or set it to text"
        )


def rating_problems(study) -> Iterator[str]:
    """Ratings are of a dataset without pairs to rate, or a file of them is not there."""
    rateable = {name for name in study.measured if name in study.rated or study.datasets[name].is_composed}
    for name, files in study.ratings.items():
        if name not in study.datasets or (name in study.pretraining and name not in rateable):
            yield f"config: ratings.{name}: no dataset of that name whose shards here hold pictures"
        for path in (path for path in files if not os.path.exists(path)):
            yield f"config: ratings.{name}: {path} does not exist; scripts/rate_pairs.py writes such files"


def released_problems(study) -> Iterator[str]:
    """A given folder of released data lacks files."""
    if "released_data" in study.config and (study.published or study.names_published):
        study.released.check()
    return iter(())


CONTRADICTIONS = (
    concept_problems,
    shard_problems,
    model_problems,
    derived_problems,
    tagger_problems,
    prompt_problems,
    figure_problems,
    count_problems,
    rating_problems,
    released_problems,
)
ABSENCES = (weights_problems, set_problems)  # a plan may be made without them


def problems(study, checks: Iterable[Callable] = (*CONTRADICTIONS, *ABSENCES)) -> list[str]:
    """Every problem of a study that these checks find, one line each; a check that cannot go on yields the reason."""
    lines: list[str] = []
    for check in checks:
        try:
            lines += check(study)
        except WorkflowError as error:
            lines.append(str(error))
    return list(dict.fromkeys(lines))


def stop(lines: list[str]) -> None:
    """Raise WorkflowError with all problems at once, where there are any."""
    if lines:
        raise WorkflowError(lines[0] if len(lines) == 1 else "\n".join([f"{len(lines)} problems:", *lines]))

"""Typed readers of the data that came with the paper: counts, scores and ratings as JSON, checked as they are read.

Upstream is bethgelab/frequency_determines_performance; the folder keeps its relative paths.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

MODEL = re.compile(r"backbone(?P<backbone>.+)_pretrained(?P<pretraining>.+)")
# cifar10's class is a plane where it is evaluated and an airplane where it is counted.
RENAMED = {("cifar10", "plane"): "airplane"}
# HEIM's eight prompt sets were pooled before they were published, and ``all`` is what we call pooled sets.
POOLED = {"t2i": "all"}


def read_json(path: Path, expected: str) -> Any:
    """A JSON file; a missing or broken one ends the run with its name and what it should hold."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"{path}: cannot be read ({error}); expected {expected}, as released by the paper's authors")


def require(holds: bool, path: Path, where: str, expected: str) -> None:
    """End the run with file, place and expected form unless something holds."""
    if not holds:
        sys.exit(f"{path}: {where}: expected {expected}; restore the file from the upstream repository")


def concept_of(dataset: str, name: str) -> str:
    """The name under which a class is counted; only these sets write it otherwise where they score it."""
    if dataset == "t2i":
        return name.replace("_", " ").lower()
    if dataset == "imagenet-r":
        return name.replace("_", " ")
    return RENAMED.get((dataset, name), name)


def read_counts_file(path: Path, dataset: str) -> dict[str, int]:
    """Concept -> number of samples, from ``search_counts/``."""
    counts = read_json(path, "an object of concept -> count")
    require(isinstance(counts, dict) and len(counts) > 0, path, "top level", "an object of concept -> count")
    for concept, n in counts.items():
        require(type(n) is int and n >= 0, path, f"{concept!r}: {n!r}", "a count of samples")
    return {concept_of(dataset, concept): n for concept, n in counts.items()}


def split_model(path: Path, key: str) -> tuple[str, str]:
    """Pretraining dataset and backbone of ``backboneRN50_pretrainedcc3m``."""
    parts = MODEL.fullmatch(key)
    require(parts is not None, path, key, "a key like backboneRN50_pretrainedcc3m")
    return parts["pretraining"], parts["backbone"]


def read_scores_file(path: Path, field: str, top: float) -> dict[str, dict[str, float]]:
    """Model key -> concept -> score in [0, top], from the ``classwise`` or ``conceptwise`` field of each model."""
    expected = f"an object of model -> {field} -> concept -> score from 0 to {top:g}"
    models = read_json(path, expected)
    require(isinstance(models, dict) and len(models) > 0, path, "top level", expected)
    for model, result in models.items():
        require(isinstance(result, dict) and isinstance(result.get(field), dict), path, model, expected)
        for concept, score in result[field].items():
            number = isinstance(score, int | float) and 0 <= score <= top
            require(number, path, f"{model}: {concept!r}: {score!r}", f"a score from 0 to {top:g}")
    return {model: result[field] for model, result in models.items()}


def read_prompt_scores_file(path: Path) -> dict[str, dict[str, list[float]]]:
    """Model -> concept -> a score per prompt, from ``t2i_evaluations/``."""
    expected = "an object of model -> classwise -> concept -> list of scores"
    models = read_json(path, expected)
    require(isinstance(models, dict) and len(models) > 0, path, "top level", expected)
    for model, result in models.items():
        require(isinstance(result, dict) and isinstance(result.get("classwise"), dict), path, model, expected)
        for concept, scores in result["classwise"].items():
            fine = isinstance(scores, list) and scores and all(isinstance(s, int | float) for s in scores)
            require(bool(fine), path, f"{model}: {concept!r}", "a list of scores, one per prompt")
    return {model: result["classwise"] for model, result in models.items()}


def read_full(path: Path) -> dict[str, float]:
    """Model key -> accuracy on the whole set, percent: the ``full`` field."""
    expected = "an object of model -> full -> accuracy from 0 to 100"
    models = read_json(path, expected)
    for model, result in models.items():
        full = result.get("full") if isinstance(result, dict) else None
        require(isinstance(full, int | float) and 0 <= full <= 100, path, model, expected)
    return {model: result["full"] for model, result in models.items()}

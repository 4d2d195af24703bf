"""Samples of an evaluation set in CLIP_benchmark's WebDataset layout, and the checks that they are what they seem."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from concept_freq.evaluation.classes import EvaluationClass
from concept_freq.evaluation.layout import whole_split
from concept_freq.evaluation.tasks import TASKS
from concept_freq.shards.names import table_name
from concept_freq.shards.pictures import PICTURE_EXTENSIONS
from concept_freq.shards.tar import Sample, Skips, listed, read_samples

UNLABELLED = -1  # in torchvision, TensorFlow and Hugging Face datasets


def set_shards(shards: list[Path]) -> list[Path]:
    """The shards of a set in the order in which its pictures are embedded; raises ValueError where one is missing."""
    return listed(whole_split(shards))


def read_dataset(shards: list[Path]) -> Iterator[tuple[str, Sample]]:
    """(shard, sample) of an evaluation set in order; a truncated shard is an error, for scores need every picture."""
    skips = Skips("evaluation")
    for path in shards:
        yield from ((table_name(path), sample) for sample in read_samples(path, skips))
        if skips.rows:
            raise ValueError(f"{path}: {skips.rows[0]['reason']}; fetch it again")


def label_of(sample: Sample) -> int:
    """Class index of a sample; raises ValueError where it has none."""
    try:
        return int(sample.files["cls"])
    except (KeyError, ValueError):
        raise ValueError(f"sample {sample.key}: no class index (.cls holds a whole number)") from None


def captions_of(sample: Sample) -> list[str]:
    """Captions of a sample, one per line of its .txt; raises ValueError where it has none."""
    try:
        text = sample.files.get("txt", b"").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"sample {sample.key}: captions are not UTF-8") from None
    captions = [line for line in text.splitlines() if line.strip()]
    if not captions:
        raise ValueError(f"sample {sample.key}: no captions (.txt holds one per line)")
    return captions


def check_picture(sample: Sample) -> None:
    """A sample without a picture of a known format is an error: its label would count as a wrong answer."""
    if not sample.files.keys() & set(PICTURE_EXTENSIONS):
        has = ", ".join(f".{extension}" for extension in sorted(sample.files))
        raise ValueError(
            f"sample {sample.key}: no picture among {has}; expected .{', .'.join(PICTURE_EXTENSIONS)}. "
            "A folder of pictures in other formats is converted by source folder:DIR"
        )


def sample_rows(shards: list[Path], task: str) -> list[dict]:
    """Rows of the table ``downstream_samples``: every sample with its label, or with its captions."""
    rows = []
    for shard, sample in read_dataset(shards):
        check_picture(sample)
        label = label_of(sample) if TASKS[task].answer == "class" else None
        captions = captions_of(sample) if TASKS[task].answer == "captions" else []
        rows.append({"shard": shard, "row": sample.row, "key": sample.key, "label": label, "captions": captions})
    if not rows:
        raise ValueError("no samples in its shards")
    return rows


def check_labels(labels: np.ndarray, keys: list[str], classes: list[EvaluationClass]) -> None:
    """Every label is in the list of classes, and every class has a picture; raises ValueError otherwise."""
    if len(unlabelled := np.flatnonzero(labels == UNLABELLED)):
        raise ValueError(
            f"{len(unlabelled)} of {len(labels)} samples have no label ({UNLABELLED}), the first is "
            f"{keys[unlabelled[0]]}; take a split that has labels, or remove them"
        )
    outside = np.flatnonzero((labels < 0) | (labels >= len(classes)))
    if len(outside):
        first = outside[0]
        raise ValueError(
            f"sample {keys[first]}: class {labels[first]} is outside the list of {len(classes)} class names"
        )
    missing = np.flatnonzero(np.bincount(labels, minlength=len(classes)) == 0)
    if len(missing):
        raise ValueError(
            f"{len(missing)} classes have no picture, the first is {missing[0]} ({classes[missing[0]].name!r}): "
            "class names and shards are of different versions of the set"
        )

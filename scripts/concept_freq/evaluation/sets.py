"""Evaluation sets in CLIP_benchmark's WebDataset layout, and scores per concept (paper, section 3.1)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from concept_freq.shards.tar import Sample, Skips, read_samples
from concept_freq.text.lemmas import lemmas


def read_dataset(shards: list[Path]) -> Iterator[tuple[str, Sample]]:
    """(shard, sample) of an evaluation set in order; a truncated shard is an error, for scores need every picture."""
    skips = Skips("evaluation")
    for path in shards:
        yield from ((path.stem, sample) for sample in read_samples(path, skips))
        if skips.rows:
            raise ValueError(f"{path}: {skips.rows[0]['reason']}; fetch it again")


def read_templates(path: Path) -> list[str]:
    """Templates of a prompt set; ``{}`` stands for the class name, and one without it would ignore the class."""
    templates = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if wrong := [template for template in templates if "{}" not in template]:
        raise ValueError(f"{path}: template {wrong[0]!r} has no {{}} for the class name")
    return templates


def read_class_names(path: Path) -> tuple[list[str], list[str]]:
    """Names for prompts and concepts for tables. A line is a class: its name and, where it differs, TAB and concept."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    cells = [line.split("\t") for line in lines]
    return [cell[0] for cell in cells], [cell[-1] for cell in cells]


def label_of(sample: Sample) -> int:
    """Class index of a sample; raises ValueError where it has none."""
    try:
        return int(sample.files["cls"])
    except (KeyError, ValueError):
        raise ValueError(f"sample {sample.key}: no class index (.cls holds a whole number)") from None


def captions_of(sample: Sample) -> list[str]:
    """Captions of a sample, one per line of its .txt; raises ValueError where it has none."""
    captions = [line for line in sample.files.get("txt", b"").decode("utf-8").splitlines() if line.strip()]
    if not captions:
        raise ValueError(f"sample {sample.key}: no captions (.txt holds one per line)")
    return captions


def check_labels(labels: np.ndarray, keys: list[str], names: list[str]) -> None:
    """Every label is in the list of class names, and every class has a picture; raises ValueError otherwise."""
    outside = np.flatnonzero((labels < 0) | (labels >= len(names)))
    if len(outside):
        first = outside[0]
        raise ValueError(f"sample {keys[first]}: class {labels[first]} is outside the list of {len(names)} class names")
    missing = np.flatnonzero(np.bincount(labels, minlength=len(names)) == 0)
    if len(missing):
        raise ValueError(
            f"{len(missing)} classes have no picture, the first is {missing[0]} ({names[missing[0]]!r}): "
            "class names and shards are of different versions of the set"
        )


def class_accuracy(images: torch.Tensor, classes: torch.Tensor, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pictures per class, and how many of them have theirs as the nearest class; unreadable pictures (nan) are wrong.

    images (n, dim) and classes (c, dim) are unit vectors.
    """
    readable = ~torch.isnan(images).any(dim=1)
    nearest = (images.nan_to_num() @ classes.T).argmax(dim=1)
    right = ((nearest == torch.from_numpy(labels)) & readable).numpy()
    counted = [np.bincount(labels[rows], minlength=len(classes)) for rows in (slice(None), right)]
    return counted[0], counted[1]


def ranks_of_best(similarity: torch.Tensor, wanted: torch.Tensor) -> np.ndarray:
    """Rank (0 = first) of the best wanted candidate of each query. Both (queries, candidates); wanted is boolean."""
    best = similarity.masked_fill(~wanted, -torch.inf).amax(dim=1, keepdim=True)
    return (similarity > best).sum(dim=1).numpy()


def retrieval_ranks(images: torch.Tensor, captions: torch.Tensor, image_of: torch.Tensor) -> dict[str, np.ndarray]:
    """Ranks of the right answer: ``i2t`` per picture (best of its captions), ``t2i`` per caption (its picture).

    images (n, dim), captions (m, dim): unit vectors; image_of (m,): each caption's picture. A picture that cannot be
    decoded (nan) ranks last as an answer and finds nothing as a query.
    """
    unreadable = torch.isnan(images).any(dim=1)
    similarity = images.nan_to_num() @ captions.T
    similarity[unreadable] = -torch.inf
    belongs = torch.arange(len(images))[:, None] == image_of[None, :]
    ranks = {
        "i2t": ranks_of_best(similarity, belongs),
        "t2i": ranks_of_best(similarity.T, belongs.T),
    }
    ranks["i2t"][unreadable.numpy()] = len(captions)
    ranks["t2i"][unreadable[image_of].numpy()] = len(images)
    return ranks


def concepts_in(caption: str, forms: dict[tuple[str, ...], str]) -> set[str]:
    """Concepts that a caption names as a phrase: the counting rule of mode ``phrase``."""
    words, longest = lemmas(caption), max(map(len, forms))
    runs = (words[i : i + n] for i in range(len(words)) for n in range(1, longest + 1))
    return {forms[run] for run in runs if run in forms}


def positions_by_concept(named: list[set[str]]) -> dict[str, np.ndarray]:
    """Positions at which each concept occurs, concepts sorted."""
    positions: dict[str, list[int]] = {}
    for i, concepts in enumerate(named):
        for concept in concepts:
            positions.setdefault(concept, []).append(i)
    return {concept: np.array(found) for concept, found in sorted(positions.items())}


def queries_by_concept(named: list[set[str]], image_of: np.ndarray, least: int) -> dict[str, dict[str, np.ndarray]]:
    """Direction -> concept -> its queries: pictures (i2t) or captions (t2i) that name it, if ``least`` pictures do."""
    of_image: list[set[str]] = [set() for _ in range(image_of.max() + 1)]
    for image, concepts in zip(image_of, named, strict=True):
        of_image[image] |= concepts
    by_image = positions_by_concept(of_image)
    kept = {concept for concept, found in by_image.items() if len(found) >= least}
    directions = {"i2t": by_image, "t2i": positions_by_concept(named)}
    return {name: {c: queries for c, queries in of.items() if c in kept} for name, of in directions.items()}


def concept_recall(ranks: np.ndarray, members: dict[str, np.ndarray], k: int) -> list[tuple[str, int, float]]:
    """(concept, queries, share of them answered within the first k) over each concept's queries."""
    return [(concept, len(queries), float((ranks[queries] < k).mean())) for concept, queries in members.items()]

"""Evaluation sets in CLIP_benchmark's WebDataset layout, and scores per concept (paper, section 3.1)."""

from pathlib import Path

import numpy as np
import torch

from concept_freq.shards import Sample, Skips, read_samples


def read_dataset(shards: list[Path]) -> list[Sample]:
    """All samples of an evaluation set in order; a truncated shard is an error here, for scores need every picture."""
    skips = Skips("evaluation")
    samples = [sample for path in sorted(shards) for sample in read_samples(path, skips)]
    if skips.rows:
        raise ValueError(f"evaluation shard {skips.rows[0]['shard']}: {skips.rows[0]['reason']}; fetch it again")
    return samples


def class_labels(samples: list[Sample], n_classes: int) -> np.ndarray:
    """Class index of each sample from its .cls file, int (n,)."""
    labels = np.array([int(sample.files["cls"]) for sample in samples])
    outside = np.flatnonzero((labels < 0) | (labels >= n_classes))
    if len(outside):
        bad = samples[outside[0]]
        raise ValueError(f"sample {bad.key}: class {labels[outside[0]]} is outside the list of {n_classes} class names")
    return labels


def class_accuracy(images: torch.Tensor, classes: torch.Tensor, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pictures per class, and the percentage whose nearest class is theirs; unreadable pictures (nan) are wrong.

    images (n, dim) and classes (c, dim) are unit vectors. A class without pictures has accuracy nan.
    """
    readable = ~torch.isnan(images).any(dim=1)
    nearest = (images.nan_to_num() @ classes.T).argmax(dim=1)
    right = ((nearest == torch.from_numpy(labels)) & readable).numpy()
    n = np.bincount(labels, minlength=len(classes))
    with np.errstate(invalid="ignore"):
        return n, 100 * np.bincount(labels, weights=right, minlength=len(classes)) / n


def ranks_of_best(similarity: torch.Tensor, wanted: torch.Tensor) -> np.ndarray:
    """Rank (0 = first) of the best wanted candidate of each query. Both (queries, candidates); wanted is boolean."""
    best = similarity.masked_fill(~wanted, -torch.inf).amax(dim=1, keepdim=True)
    return (similarity > best).sum(dim=1).numpy()


def retrieval_ranks(images: torch.Tensor, captions: torch.Tensor, image_of: torch.Tensor) -> dict[str, np.ndarray]:
    """Ranks of the right answer: ``i2t`` per picture (best of its captions), ``t2i`` per caption (its picture).

    images (n, dim), captions (m, dim): unit vectors; image_of (m,): each caption's picture.
    """
    similarity = images.nan_to_num() @ captions.T
    belongs = torch.arange(len(images))[:, None] == image_of[None, :]
    return {
        "i2t": ranks_of_best(similarity, belongs),
        "t2i": ranks_of_best(similarity.T, belongs.T),
    }


def concept_recall(ranks: np.ndarray, members: dict[str, np.ndarray], k: int) -> list[tuple[str, int, float]]:
    """(concept, queries, share of them answered within the first k) over each concept's queries."""
    return [(concept, len(queries), float((ranks[queries] < k).mean())) for concept, queries in members.items()]

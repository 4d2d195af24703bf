"""Recall of retrieval per concept, both directions (paper, A.2)."""

from collections.abc import Iterator

import numpy as np
import torch

DIRECTIONS = ("i2t", "t2i")


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


def concept_recall(ranks: np.ndarray, members: dict[str, np.ndarray], k: int) -> list[tuple[str, int, float]]:
    """(concept, queries, share of them answered within the first k) over each concept's queries."""
    return [(concept, len(queries), float((ranks[queries] < k).mean())) for concept, queries in members.items()]


def evaluate(
    ranks: dict[str, np.ndarray], queries: dict[str, dict[str, np.ndarray]], depths: list[int]
) -> Iterator[dict]:
    """A row per direction, k and concept."""
    for direction in DIRECTIONS:
        for k in depths:
            for concept, n, recall in concept_recall(ranks[direction], queries[direction], k):
                yield {"concept": concept, "direction": direction, "k": k, "n": n, "recall": recall}


def summary(ranks: dict[str, np.ndarray], depths: list[int]) -> Iterator[str]:
    """Recall over all queries, a line per direction."""
    for direction in DIRECTIONS:
        shares = ", ".join(f"R@{k} {100 * (ranks[direction] < k).mean():.2f} %" for k in depths)
        yield f"{direction} over all queries: {shares}"

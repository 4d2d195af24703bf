"""Retrieval ranks and recall, by hand and in agreement with a plain loop."""

import numpy as np
import torch
from torch.nn import functional

from concept_freq.evaluation.retrieval import concept_recall, evaluate, retrieval_ranks

UNREADABLE = [float("nan")] * 3


def test_retrieval_ranks_agree_with_a_plain_loop():
    generator = torch.Generator().manual_seed(0)
    images = functional.normalize(torch.randn(12, 8, generator=generator), dim=-1)
    captions = functional.normalize(torch.randn(30, 8, generator=generator), dim=-1)
    image_of = torch.randint(0, 12, (30,), generator=generator)
    image_of[:12] = torch.arange(12)
    ranks = retrieval_ranks(images, captions, image_of)
    for i in range(12):
        order = torch.argsort(captions @ images[i], descending=True).tolist()
        assert ranks["i2t"][i] == min(order.index(j) for j in range(30) if image_of[j] == i)
    for j in range(30):
        assert ranks["t2i"][j] == torch.argsort(images @ captions[j], descending=True).tolist().index(image_of[j])


def test_an_unreadable_picture_is_never_found_and_finds_nothing():
    images, captions = torch.tensor([[1.0, 0, 0], UNREADABLE]), torch.tensor([[-1.0, 0, 0], [1, 0, 0]])
    ranks = retrieval_ranks(images, captions, torch.tensor([0, 1]))
    assert ranks["t2i"].tolist() == [0, 2]  # the worst readable picture still comes before it
    assert ranks["i2t"].tolist() == [1, 2]


def test_concept_recall_by_hand():
    ranks = np.array([0, 4, 1, 9])
    members = {"cat": np.array([0, 1]), "dog": np.array([2, 3])}
    assert concept_recall(ranks, members, 1) == [("cat", 2, 0.5), ("dog", 2, 0.0)]
    assert concept_recall(ranks, members, 5) == [("cat", 2, 1.0), ("dog", 2, 0.5)]


def test_a_row_for_each_direction_depth_and_concept():
    ranks = {"i2t": np.array([0, 3]), "t2i": np.array([2, 0, 0])}
    queries = {"i2t": {"cat": np.array([0, 1])}, "t2i": {"cat": np.array([0, 2])}}
    rows = [tuple(row.values()) for row in evaluate(ranks, queries, [1, 3])]
    assert rows == [
        ("cat", "i2t", 1, 2, 0.5),
        ("cat", "i2t", 3, 2, 0.5),
        ("cat", "t2i", 1, 2, 0.5),
        ("cat", "t2i", 3, 2, 1.0),
    ]

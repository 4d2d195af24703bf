"""Scores per concept by hand, and agreement with a plain loop."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from concept_freq.downstream import class_accuracy, class_labels, concept_recall, retrieval_ranks
from concept_freq.shards import Sample


def test_class_accuracy_counts_an_unreadable_picture_as_wrong():
    classes = torch.eye(3)
    images = torch.tensor([[1.0, 0, 0], [1, 0, 0], [0, 1, 0], [float("nan")] * 3])
    n, accuracy = class_accuracy(images, classes, np.array([0, 1, 1, 0]))
    assert n.tolist() == [2, 2, 0]
    assert accuracy[:2].tolist() == [50, 50]
    assert np.isnan(accuracy[2])


def test_a_label_outside_the_class_list_is_named():
    samples = [Sample(0, "000000", {"cls": b"0"}), Sample(1, "000001", {"cls": b"7"})]
    with pytest.raises(ValueError, match="000001: class 7 is outside the list of 5"):
        class_labels(samples, 5)


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


def test_concept_recall_by_hand():
    ranks = np.array([0, 4, 1, 9])
    members = {"cat": np.array([0, 1]), "dog": np.array([2, 3])}
    assert concept_recall(ranks, members, 1) == [("cat", 2, 0.5), ("dog", 2, 0.0)]
    assert concept_recall(ranks, members, 5) == [("cat", 2, 1.0), ("dog", 2, 0.5)]

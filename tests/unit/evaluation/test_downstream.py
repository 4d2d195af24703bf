"""Evaluation sets and scores per concept, by hand, and in agreement with plain loops."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from concept_freq.evaluation.sets import (
    captions_of,
    check_labels,
    class_accuracy,
    concept_recall,
    label_of,
    queries_by_concept,
    read_class_names,
    retrieval_ranks,
)
from concept_freq.shards.tar import Sample

UNREADABLE = [float("nan")] * 3


def test_class_accuracy_counts_an_unreadable_picture_as_wrong():
    classes = torch.eye(3)
    images = torch.tensor([[1.0, 0, 0], [1, 0, 0], [0, 1, 0], UNREADABLE])
    n, right = class_accuracy(images, classes, np.array([0, 1, 1, 0]))
    assert n.tolist() == [2, 2, 0]
    assert right.tolist() == [1, 1, 0]


def test_a_label_outside_the_class_list_and_a_class_without_picture_are_named():
    with pytest.raises(ValueError, match="000001: class 7 is outside the list of 2"):
        check_labels(np.array([0, 7]), ["000000", "000001"], ["cat", "dog"])
    with pytest.raises(ValueError, match=r"1 classes have no picture, the first is 1 \('dog'\)"):
        check_labels(np.array([0, 0]), ["000000", "000001"], ["cat", "dog"])


@pytest.mark.parametrize(("files", "read"), [({}, label_of), ({"cls": b"cat"}, label_of), ({"txt": b" "}, captions_of)])
def test_a_sample_without_label_or_captions_is_named(files, read):
    with pytest.raises(ValueError, match="sample 000003: no"):
        read(Sample(3, "000003", files))


def test_a_class_may_be_counted_under_another_name(tmp_path):
    path = tmp_path / "classes.txt"
    path.write_text("plane\tairplane\ncar\n")
    assert read_class_names(path) == (["plane", "car"], ["airplane", "car"])


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


def test_queries_are_pictures_in_one_direction_and_captions_in_the_other():
    named = [{"cat"}, {"cat", "dog"}, {"dog"}, set(), {"cat"}]
    queries = queries_by_concept(named, np.array([0, 0, 1, 1, 2]), least=2)
    assert {c: q.tolist() for c, q in queries["i2t"].items()} == {"cat": [0, 2], "dog": [0, 1]}
    assert {c: q.tolist() for c, q in queries["t2i"].items()} == {"cat": [0, 1, 4], "dog": [1, 2]}
    assert list(queries_by_concept(named, np.array([0, 0, 0, 1, 2]), least=2)["t2i"]) == ["cat"]


def test_concept_recall_by_hand():
    ranks = np.array([0, 4, 1, 9])
    members = {"cat": np.array([0, 1]), "dog": np.array([2, 3])}
    assert concept_recall(ranks, members, 1) == [("cat", 2, 0.5), ("dog", 2, 0.0)]
    assert concept_recall(ranks, members, 5) == [("cat", 2, 1.0), ("dog", 2, 0.5)]

"""Accuracy of classes by hand; rows are those of the set's classes under the names of the run's concepts."""

import numpy as np
import pytest
import torch

from concept_freq.evaluation.classes import EvaluationClass
from concept_freq.evaluation.classification import class_accuracy, evaluate
from concept_freq.text.concepts import Concept, lemma_forms

UNREADABLE = [float("nan")] * 3


def test_class_accuracy_counts_an_unreadable_picture_as_wrong():
    classes = torch.eye(3)
    images = torch.tensor([[1.0, 0, 0], [1, 0, 0], [0, 1, 0], UNREADABLE])
    n, right = class_accuracy(images, classes, np.array([0, 1, 1, 0]))
    assert n.tolist() == [2, 2, 0]
    assert right.tolist() == [1, 1, 0]


@pytest.fixture
def scored():
    """Three classes, two of one form, one that the list lacks; every picture of the first two is recognised."""
    classes = [EvaluationClass.of_line(name) for name in ("t-shirts", "T_shirt", "fox")]
    asked = []

    def classify(names, templates):
        asked.append((names, templates))
        return torch.eye(3)

    images = torch.eye(3)[[0, 0, 1, 0]]
    prompts = {"class": ["{}"], "simple": ["a {}"]}
    forms = lemma_forms([Concept("T-shirt")])
    rows = list(evaluate(images, np.array([0, 0, 1, 2]), classes, prompts, classify, forms))
    return rows, asked


def test_classes_of_one_form_keep_their_own_rows(scored):
    rows, _ = scored
    found = [(row["concept"], row["class"], row["prompts"], row["n_images"], row["right"]) for row in rows[:3]]
    assert found == [
        ("T-shirt", "T_shirt", "class", 1, 1),
        ("T-shirt", "t-shirts", "class", 2, 2),
        ("fox", "fox", "class", 1, 0),  # as the list lacks it, it keeps its own name
    ]


def test_every_prompt_set_asks_for_the_names_as_the_set_has_them(scored):
    rows, asked = scored
    assert asked == [(["t-shirts", "T_shirt", "fox"], ["{}"]), (["t-shirts", "T_shirt", "fox"], ["a {}"])]
    assert [row["prompts"] for row in rows] == ["class"] * 3 + ["simple"] * 3

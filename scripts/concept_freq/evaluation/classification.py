"""Zero-shot accuracy of the classes of a set (paper, section 3.1)."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from concept_freq.evaluation.classes import EvaluationClass
from concept_freq.evaluation.identity import Forms
from concept_freq.text.lemmas import lemmas

Classify = Callable[[list[str], list[str]], torch.Tensor]  # names, templates -> a unit vector per class


def class_accuracy(images: torch.Tensor, classes: torch.Tensor, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pictures per class, and how many of them have theirs as the nearest class; unreadable pictures (nan) are wrong.

    images (n, dim) and classes (c, dim) are unit vectors.
    """
    readable = ~torch.isnan(images).any(dim=1)
    nearest = (images.nan_to_num() @ classes.T).argmax(dim=1)
    right = ((nearest == torch.from_numpy(labels)) & readable).numpy()
    counted = [np.bincount(labels[rows], minlength=len(classes)) for rows in (slice(None), right)]
    return counted[0], counted[1]


def evaluate(
    images: torch.Tensor,
    labels: np.ndarray,
    classes: list[EvaluationClass],
    prompt_sets: dict[str, list[str]],
    classify: Classify,
    forms: Forms,
) -> Iterator[dict]:
    """Pictures and hits per prompt set and class, sorted by concept: the listed one of its form, else its spelling."""
    concepts = [forms.get(lemmas(one.spelling), one.spelling) for one in classes]
    for prompts, templates in prompt_sets.items():
        classifier = classify([one.name for one in classes], templates)
        n, right = class_accuracy(images, classifier, labels)
        found = zip(concepts, (one.spelling for one in classes), n.tolist(), right.tolist(), strict=True)
        for concept, spelling, of_class, hits in sorted(found):
            yield {"concept": concept, "class": spelling, "prompts": prompts, "n_images": of_class, "right": hits}

"""Batches of a tagger, fitted to the memory of its device and to the size that it is compiled for."""

import sys

import torch
from torch import Tensor
from torch.nn import functional

from concept_freq.tags.base import Tagger


class Fitted:
    """A tagger whose batches are cut into parts that the GPU's memory holds; the size that fits is remembered.

    A compiled tagger gets parts of one size, short ones padded.
    """

    def __init__(self, tagger: Tagger) -> None:
        self.tagger, self.size, self.limit = tagger, 0, sys.maxsize

    def probability(self, images: Tensor) -> Tensor:
        """Probabilities (n, concepts) of prepared pictures (n, ...) on the tagger's device."""
        self.size = min(max(self.size, len(images)) if self.tagger.compiled else len(images), self.limit)
        try:
            return torch.cat([self.of_part(part) for part in images.split(self.size)])
        except torch.cuda.OutOfMemoryError:
            if self.size == 1:
                raise
        torch.cuda.empty_cache()
        print(f"a batch of {self.size} does not fit the GPU's memory: going on with halves", file=sys.stderr)
        self.size = self.limit = (self.size + 1) // 2
        return self.probability(images)

    def of_part(self, images: Tensor) -> Tensor:
        """Probabilities of as many pictures as fit, at most."""
        short = self.size - len(images) if self.tagger.compiled else 0
        padded = functional.pad(images, (0, 0) * (images.ndim - 1) + (0, short)) if short else images
        return self.tagger.probability(padded)[: len(images)]

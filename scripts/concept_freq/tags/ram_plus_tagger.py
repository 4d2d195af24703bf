"""RAM++ as a tagger, the paper's: a concept is its label embeddings."""

from pathlib import Path

import torch
from torch import Tensor

from concept_freq.models import clip, devices
from concept_freq.tags.base import Tagger
from concept_freq.tags.labels import read_labels
from concept_freq.tags.ram_plus import RamPlus, normalise, resize


def open_tagger(
    checkpoint: Path, names: list[str], *, device: str, labels: Path, sizes: dict, precision: str, compile: bool
) -> Tagger:
    """RAM++ with the labels that were embedded for these concepts; pixels travel as bytes, normalised on the device."""
    place, embedded = devices.pick(device), read_labels(labels, names)
    model = RamPlus.from_checkpoint(checkpoint, embedded.rows, sizes or None, embedded.mask)
    model = model.to(place, clip.dtype_of(precision, place))
    forward = torch.compile(model) if compile else model

    def probability(pixels: Tensor) -> Tensor:
        images = normalise(pixels).to(model.fc.weight.dtype)
        return torch.sigmoid(forward(images).float())

    size = model.config["image_size"]
    return Tagger(lambda picture: torch.from_numpy(resize(picture, size)), probability, place)

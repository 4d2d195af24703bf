"""RAM++ as a tagger, the paper's: a concept is its label embeddings."""

from pathlib import Path

import torch

from concept_freq.models import clip, devices
from concept_freq.tags.base import Tagger
from concept_freq.tags.labels import read_labels
from concept_freq.tags.ram_plus import RamPlus, resize, scorer


def open_tagger(
    checkpoint: Path, names: list[str], *, device: str, labels: Path, sizes: dict, precision: str, compile: bool
) -> Tagger:
    """RAM++ with the labels that were embedded for these concepts; pixels travel as bytes, normalised on the device."""
    place, embedded = devices.pick(device), read_labels(labels, names)
    model = RamPlus.from_checkpoint(checkpoint, embedded.rows, sizes or None, embedded.mask)
    model = model.to(place, clip.dtype_of(precision, place))
    size = model.config["image_size"]
    return Tagger(lambda picture: torch.from_numpy(resize(picture, size)), scorer(model, compile), place, compile)

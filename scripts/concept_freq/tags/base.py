"""What a tagger is, and the registry of their kinds.

Planning and command lines read the registry too, so nothing heavy is imported here: a kind names the function that
opens it, which is imported on use. To add a kind: a file with that function, an entry of KINDS, its name in the schema.
"""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor, device

PRECISIONS = ("auto", "fp32", "bf16", "fp16")


@dataclass(frozen=True)
class Tagger:
    """``prepare``: a picture to a tensor of one shape; ``probability``: (n, ...) of these to (n, concepts).

    ``compiled``: compiled anew, which takes a minute, for every number of pictures that it is given.
    """

    prepare: Callable[[Image.Image], Tensor]
    probability: Callable[[Tensor], Tensor]
    device: device
    compiled: bool = False


@dataclass(frozen=True)
class Option:
    """A key of the config's ``tagger``, and the flag of tag_images that has its name."""

    help: str
    default: object = None
    parse: Callable[[str], object] = str
    choices: tuple[str, ...] | None = None
    required: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of tagger: ``open`` is ``module:function`` of (checkpoint, names, device=, KEY= of all ``keys``).

    ``options`` decide its numbers, ``speed`` only how fast they come; with ``needs_labels`` it takes the file of label
    embeddings too. ``memory_mb``: what its weights are known to need.
    """

    open: str
    options: tuple[str, ...]
    memory_mb: int
    speed: tuple[str, ...] = ()
    needs_labels: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keyword arguments of ``open`` beside the device."""
        return (*self.options, *self.speed, *(["labels"] if self.needs_labels else []))

    @property
    def required(self) -> tuple[str, ...]:
        """Those of them without which no tagger of this kind can be opened."""
        return tuple(key for key in self.keys if key == "labels" or OPTIONS[key].required)

    def opener(self) -> Callable[..., Tagger]:
        """The function that ``open`` names."""
        module, _, function = self.open.partition(":")
        return getattr(importlib.import_module(module), function)


OPTIONS = {
    "architecture": Option("its name in open_clip, or a model config (.json)", required=True),
    "preprocessing": Option("a recipe's name, or its file; else as the weights' own config says"),
    "score": Option("SigLIP's probability, or CLIP's against no object", "sigmoid", str, ("sigmoid", "softmax")),
    "template": Option("prompt of a concept, {} for its name", "{}"),
    "sizes": Option("JSON of sizes unlike the official ones", {}, json.loads),
    "precision": Option("auto: fp16 on a GPU, fp32 on a CPU", "auto", str, PRECISIONS),
    "compile": Option("torch.compile, worth it for long jobs", False, bool),
}
KINDS = {
    "open_clip": Kind(
        "concept_freq.tags.clip_tagger:open_tagger",
        ("architecture", "preprocessing", "score", "template", "precision"),
        memory_mb=3000,
    ),
    "ram_plus": Kind(
        "concept_freq.tags.ram_plus_tagger:open_tagger",
        ("sizes", "precision"),
        memory_mb=12000,
        speed=("compile",),
        needs_labels=True,
    ),
    "owlv2": Kind("concept_freq.tags.owlv2:open_tagger", ("template", "precision"), memory_mb=8000),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add every option of KINDS as a flag; its help says which kinds take it."""
    for name, option in OPTIONS.items():
        takers = ", ".join(kind for kind, known in KINDS.items() if name in known.keys)
        flag = {"action": "store_true"} if option.parse is bool else {"type": option.parse, "choices": option.choices}
        help_ = f"{takers}: {option.help}"
        parser.add_argument(f"--{name.replace('_', '-')}", default=option.default, help=help_, **flag)

"""Image taggers behind one interface: a picture is prepared by workers, a batch of them gets a probability per concept.

``ram_plus`` is the paper's tagger; ``open_clip`` any CLIP or SigLIP model; ``owlv2`` the detector to which the paper
compares (Fig. 22).
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from open_clip import SimpleTokenizer
from torch import Tensor

from concept_freq.models import clip, devices
from concept_freq.models.preprocessing import recipe
from concept_freq.shards.batches import Prepare
from concept_freq.tags import ram_plus
from concept_freq.tags.labels import read_labels

OWL_CONTEXT = 16  # tokens of a query


@dataclass(frozen=True)
class Tagger:
    """``prepare``: a picture to a tensor of one shape; ``probability``: (n, ...) of these to (n, concepts)."""

    prepare: Prepare
    probability: Callable[[Tensor], Tensor]
    device: torch.device


def sigmoid_score(model: torch.nn.Module, labels: Tensor) -> Callable[[Tensor], Tensor]:
    """SigLIP's own probability: sigmoid(scale * cosine + bias)."""
    if getattr(model, "logit_bias", None) is None:
        raise ValueError("the model has no logit bias, so its sigmoid is no probability; set tagger.score to softmax")
    return lambda images: torch.sigmoid(images @ labels.T * model.logit_scale.exp() + model.logit_bias)


def softmax_score(model: torch.nn.Module, labels: Tensor, nothing: Tensor) -> Callable[[Tensor], Tensor]:
    """CLIP's, which knows only comparisons: the softmax of a concept's prompt against a prompt that names nothing."""
    return lambda images: torch.sigmoid((images @ labels.T - images @ nothing.T) * model.logit_scale.exp())


def open_clip_tagger(options, names: list[str]) -> Tagger:
    """A CLIP or SigLIP model; concepts are embedded once, in ``options.template``."""
    device = devices.pick(options.device)
    model = clip.create(options.architecture, options.checkpoint).eval().to(device)
    prompts = [options.template.replace("{}", name) for name in names]
    labels = clip.embed_texts(model, clip.tokenizer(options.architecture), prompts).to(device)
    if options.score == "sigmoid":
        score = sigmoid_score(model, labels)
    else:
        nothing = options.template.replace("{}", "").strip() or "a photo."
        embedded = clip.embed_texts(model, clip.tokenizer(options.architecture), [nothing])
        score = softmax_score(model, labels, embedded.to(device))

    def probability(images: Tensor) -> Tensor:
        with clip.autocast(options.precision, device):
            features = model.encode_image(images, normalize=True)
        return score(features.float())

    return Tagger(recipe(options.preprocessing, clip.image_side(options.architecture)), probability, device)


def ram_plus_tagger(options, names: list[str]) -> Tagger:
    """RAM++ with the labels that were embedded for these concepts; pixels travel as bytes, normalised on the device."""
    device, labels = devices.pick(options.device), read_labels(options.labels, names)
    model = ram_plus.RamPlus.from_checkpoint(options.checkpoint, labels.rows, options.sizes or None, labels.mask)
    model = model.to(device, clip.dtype_of(options.precision, device))
    forward = torch.compile(model) if options.compile else model

    def probability(pixels: Tensor) -> Tensor:
        images = ram_plus.normalise(pixels).to(model.fc.weight.dtype)
        return torch.sigmoid(forward(images).float())

    size = model.config["image_size"]
    return Tagger(lambda picture: torch.from_numpy(ram_plus.resize(picture, size)), probability, device)


def owlv2_tagger(options, names: list[str]) -> Tagger:
    """OWLv2: a concept's probability is that of its best box. Queries are embedded once, in ``options.template``."""
    from transformers import Owlv2ForObjectDetection, Owlv2ImageProcessor  # seconds that no other tagger should wait

    device = devices.pick(options.device)
    model = Owlv2ForObjectDetection.from_pretrained(options.checkpoint).eval().to(device)
    side = model.config.vision_config.image_size
    processor = Owlv2ImageProcessor(size={"height": side, "width": side})
    tokenize = SimpleTokenizer(context_length=OWL_CONTEXT)  # OWLv2 shares CLIP's vocabulary
    with torch.no_grad():
        tokens = tokenize([options.template.replace("{}", name) for name in names]).to(device)
        found = model.owlv2.text_model(input_ids=tokens, attention_mask=(tokens > 0).long())
        queries = model.owlv2.text_projection(found.pooler_output)
        queries = queries / queries.norm(dim=-1, keepdim=True)

    def probability(images: Tensor) -> Tensor:
        with clip.autocast(options.precision, device):
            seen = model.image_embedder(pixel_values=images)[0].flatten(1, 2)
            logits, _ = model.class_predictor(seen, queries.expand(len(images), -1, -1))
        return torch.sigmoid(logits.float()).amax(dim=1)

    def prepare(picture) -> Tensor:
        return processor(images=np.array(picture), return_tensors="pt")["pixel_values"][0]

    return Tagger(prepare, probability, device)


KINDS = {"open_clip": open_clip_tagger, "ram_plus": ram_plus_tagger, "owlv2": owlv2_tagger}


def in_halves(probability: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """Probabilities of a batch; where the GPU's memory does not hold it, of its halves."""
    try:
        return probability(images)
    except torch.cuda.OutOfMemoryError:
        if len(images) == 1:
            raise
        torch.cuda.empty_cache()
        print(f"a batch of {len(images)} does not fit the GPU's memory: going on with halves", file=sys.stderr)
    middle = (len(images) + 1) // 2
    return torch.cat([in_halves(probability, half) for half in (images[:middle], images[middle:])])


def read_checkpoint_path(path: Path) -> Path:
    """A checkpoint that must be there."""
    if not path.exists():
        sys.exit(f"{path}: no such checkpoint; config/README.md says where each tagger's is found")
    return path

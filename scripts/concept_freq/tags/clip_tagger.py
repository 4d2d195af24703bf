"""Any CLIP or SigLIP model of open_clip as a tagger: a concept is its prompt."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from concept_freq.models import clip, devices
from concept_freq.models.origin import Origin, check_activation, preparation
from concept_freq.models.preprocessing import transform
from concept_freq.tags.base import Tagger

Score = Callable[[Tensor], Tensor]


def sigmoid_score(model: torch.nn.Module, labels: Tensor) -> Score:
    """SigLIP's own probability: sigmoid(scale * cosine + bias)."""
    if getattr(model, "logit_bias", None) is None:
        raise ValueError("the model has no logit bias, so its sigmoid is no probability; set tagger.score to softmax")
    return lambda images: torch.sigmoid(images @ labels.T * model.logit_scale.exp() + model.logit_bias)


def softmax_score(model: torch.nn.Module, labels: Tensor, nothing: Tensor) -> Score:
    """CLIP's, which knows only comparisons: the softmax of a concept's prompt against a prompt that names nothing."""
    return lambda images: torch.sigmoid((images @ labels.T - images @ nothing.T) * model.logit_scale.exp())


def open_tagger(
    checkpoint: Path,
    names: list[str],
    *,
    device: str,
    architecture: str,
    preprocessing: str | None,
    score: str,
    template: str,
    precision: str,
) -> Tagger:
    """A CLIP or SigLIP model; concepts are embedded once, in ``template``."""
    origin = Origin(str(checkpoint), architecture, "open_clip", checkpoint)
    check_activation(origin)
    settings, why = preparation(origin, preprocessing or "")
    print(f"pictures are prepared {why}")
    place = devices.pick(device)
    model = clip.create(architecture, checkpoint).eval().to(place)

    def embedded(prompts: list[str]) -> Tensor:
        return clip.embed_texts(model, clip.tokenizer(architecture), prompts).to(place)

    labels = embedded([template.replace("{}", name) for name in names])
    nothing = template.replace("{}", "").strip() or "a photo."
    similar = sigmoid_score(model, labels) if score == "sigmoid" else softmax_score(model, labels, embedded([nothing]))

    def probability(images: Tensor) -> Tensor:
        with clip.autocast(precision, place):
            features = model.encode_image(images, normalize=True)
        return similar(features.float())

    return Tagger(transform(settings, clip.image_side(architecture)), probability, place)

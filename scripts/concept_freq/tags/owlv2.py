"""OWLv2, the detector to which the paper compares its tagger (Fig. 22): a concept is as probable as its best box."""

from pathlib import Path

import numpy as np
import torch
from open_clip import SimpleTokenizer
from PIL import Image
from torch import Tensor
from transformers import Owlv2ForObjectDetection, Owlv2ImageProcessor

from concept_freq.models import clip, devices
from concept_freq.tags.base import Tagger

CONTEXT = 16  # tokens of a query


@torch.no_grad()
def embed_queries(model: Owlv2ForObjectDetection, queries: list[str], device: torch.device) -> Tensor:
    """Unit vectors of queries (n, dim); the tokenizer is CLIP's, whose vocabulary OWLv2 shares."""
    tokens = SimpleTokenizer(context_length=CONTEXT)(queries).to(device)
    seen = model.owlv2.text_model(input_ids=tokens, attention_mask=(tokens > 0).long())
    vectors = model.owlv2.text_projection(seen.pooler_output)
    return vectors / vectors.norm(dim=-1, keepdim=True)


def open_tagger(checkpoint: Path, names: list[str], *, device: str, template: str, precision: str) -> Tagger:
    """A folder that transformers saved; concepts are embedded once, in ``template``."""
    place = devices.pick(device)
    model = Owlv2ForObjectDetection.from_pretrained(checkpoint).eval().to(place)
    queries = embed_queries(model, [template.replace("{}", name) for name in names], place)
    side = model.config.vision_config.image_size
    processor = Owlv2ImageProcessor(size={"height": side, "width": side})

    def probability(images: Tensor) -> Tensor:
        with clip.autocast(precision, place):
            seen = model.image_embedder(pixel_values=images)[0].flatten(1, 2)
            logits, _ = model.class_predictor(seen, queries.expand(len(images), -1, -1))
        return torch.sigmoid(logits.float()).amax(dim=1)

    def prepare(picture: Image.Image) -> Tensor:
        return processor(images=np.array(picture), return_tensors="pt")["pixel_values"][0]

    return Tagger(prepare, probability, place)

"""Embed the pictures of an evaluation set, in their order and in full batches."""

import torch
from torch.nn import functional

from concept_freq.clip import autocast
from concept_freq.shards import Skips
from concept_freq.streaming import Pictures, stream


@torch.no_grad()
def embed_pictures(
    model: torch.nn.Module, pictures: Pictures, precision: str = "fp32", workers: int = 0
) -> tuple[torch.Tensor, Skips]:
    """Unit embeddings, float32 (n, dim), in the order of the samples; nan where a picture cannot be decoded.

    The second value lists those pictures.
    """
    where, parts, skips = next(model.parameters()).device, [], Skips(pictures.step)
    width = model.visual.output_dim if hasattr(model.visual, "output_dim") else model.text_projection.shape[-1]
    for batch in stream(pictures, workers, pinned=where.type == "cuda"):
        embedded = torch.full((len(batch.names), width), torch.nan)
        if batch.readable:
            with autocast(precision, where):
                features = model.encode_image(batch.images.to(where, non_blocking=True))
            embedded[batch.readable] = functional.normalize(features.float(), dim=-1).cpu()
        skips.rows += batch.skipped
        parts.append(embedded)
    return torch.cat(parts), skips

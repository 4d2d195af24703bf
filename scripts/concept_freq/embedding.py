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
    n, readable = 0, []
    for batch in stream(pictures, workers, pinned=where.type == "cuda"):
        if batch.readable:
            with autocast(precision, where):
                features = model.encode_image(batch.images.to(where, non_blocking=True))
            parts.append(functional.normalize(features.float(), dim=-1).cpu())
        readable += [n + i for i in batch.readable]
        n += len(batch.names)
        skips.rows += batch.skipped
    if not parts:
        raise ValueError(f"{pictures.shards[0].parent}: none of {n} pictures can be decoded")
    embedded = torch.full((n, parts[0].shape[1]), torch.nan)
    embedded[readable] = torch.cat(parts)
    return embedded, skips

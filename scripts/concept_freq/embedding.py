"""Embed the pictures of shards, in their order and in full batches."""

from collections.abc import Iterator

import torch
from torch.nn import functional

from concept_freq.clip import autocast
from concept_freq.shards import Skips
from concept_freq.streaming import Batch, Pictures, stream


@torch.no_grad()
def embed_batches(
    model: torch.nn.Module, pictures: Pictures, precision: str = "fp32", workers: int = 0
) -> Iterator[tuple[Batch, torch.Tensor | None]]:
    """Every batch with the unit embeddings of its readable pictures, float32 (readable, dim); None without any."""
    where = next(model.parameters()).device
    for batch in stream(pictures, workers, pinned=where.type == "cuda"):
        if not batch.readable:
            yield batch, None
            continue
        with autocast(precision, where):
            features = model.encode_image(batch.images.to(where, non_blocking=True))
        yield batch, functional.normalize(features.float(), dim=-1).cpu()


def embed_pictures(
    model: torch.nn.Module, pictures: Pictures, precision: str = "fp32", workers: int = 0
) -> tuple[torch.Tensor, Skips]:
    """Unit embeddings, float32 (n, dim), in the order of the samples; nan where a picture cannot be decoded.

    The second value lists those pictures.
    """
    parts, skips = [], Skips(pictures.step)
    n, readable = 0, []
    for batch, embeddings in embed_batches(model, pictures, precision, workers):
        if embeddings is not None:
            parts.append(embeddings)
        readable += [n + i for i in batch.readable]
        n += len(batch.names)
        skips.rows += batch.skipped
    if not parts:
        raise ValueError(f"{pictures.shards[0].parent}: none of {n} pictures can be decoded")
    embedded = torch.full((n, parts[0].shape[1]), torch.nan)
    embedded[readable] = torch.cat(parts)
    return embedded, skips

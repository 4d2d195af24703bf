"""Embed the pictures of an evaluation set: decoded by workers, in their order, in full batches."""

from collections.abc import Iterator
from pathlib import Path

import torch
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from concept_freq.clip import autocast, batches
from concept_freq.downstream import read_dataset
from concept_freq.preprocessing import Recipe
from concept_freq.shards import Skips, picture_of

Batch = tuple[torch.Tensor, list[tuple[int, str]]]  # pictures (n, 3, side, side); which cannot be decoded, and why


class Pictures(IterableDataset):
    """Batches of prepared pictures. Each of several workers decodes every so many-th batch, so the order is kept."""

    def __init__(self, shards: list[Path], prepare: Recipe, side: int, batch_size: int) -> None:
        super().__init__()
        self.shards, self.prepare, self.side, self.batch_size = shards, prepare, side, batch_size

    def decoded(self, samples: list) -> Batch:
        """One batch; a picture that cannot be decoded is black here and is listed."""
        pictures, unreadable = torch.zeros(len(samples), 3, self.side, self.side), []
        for i, (_, sample) in enumerate(samples):
            try:
                pictures[i] = self.prepare(picture_of(sample))
            except ValueError as reason:
                unreadable.append((i, str(reason)))
        return pictures, unreadable

    def __iter__(self) -> Iterator[tuple[Batch, list[tuple[str, int, str]]]]:
        """Batches, each with (shard, row, key) of its samples."""
        worker = get_worker_info()
        own, all_ = (worker.id, worker.num_workers) if worker else (0, 1)
        for number, samples in enumerate(batches(read_dataset(self.shards), self.batch_size)):
            if number % all_ == own:
                yield *self.decoded(samples), [(shard, sample.row, sample.key) for shard, sample in samples]


@torch.no_grad()
def embed_pictures(
    model: torch.nn.Module, pictures: Pictures, precision: str = "fp32", workers: int = 0
) -> tuple[torch.Tensor, Skips]:
    """Unit embeddings, float32 (n, dim), in the order of the samples; nan where a picture cannot be decoded.

    The second value lists those pictures.
    """
    where, parts, skips = next(model.parameters()).device, [], Skips("evaluation")
    for images, unreadable, names in DataLoader(pictures, batch_size=None, num_workers=workers):
        with autocast(precision, where):
            features = model.encode_image(images.to(where, non_blocking=True))
        embedded = functional.normalize(features.float(), dim=-1).cpu()
        for i, reason in unreadable:
            embedded[i] = torch.nan
            skips.add(*names[i], reason)
        parts.append(embedded)
    return torch.cat(parts), skips

"""Pictures of shards as batches that keep their order, decoded by worker processes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from PIL import Image
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from concept_freq.shards.names import table_name
from concept_freq.shards.pictures import is_picture, picture_of
from concept_freq.shards.tar import Sample, Skips, read_samples

Prepare = Callable[[Image.Image], torch.Tensor]


@dataclass
class Batch:
    """``images`` (readable, ...) are those of the samples ``names`` (shard, row, key) at positions ``readable``."""

    images: torch.Tensor | None
    names: list[tuple[str, int, str]]
    readable: list[int]
    skipped: list[dict] = field(default_factory=list)

    def pin_memory(self) -> "Batch":
        """Pictures in memory that a GPU reads while it computes; the DataLoader's pin_memory asks for it by name."""
        return replace(self, images=self.images if self.images is None else self.images.pin_memory())


def samples_of(shards: list[Path], skips: Skips) -> Iterator[tuple[str, Sample]]:
    """(shard, sample) of shards in order; what a truncated shard lost is in ``skips``."""
    for path in shards:
        yield from ((table_name(path), sample) for sample in read_samples(path, skips, is_picture))


def in_batches(samples: Iterator[tuple[str, Sample]], size: int, skips: Skips) -> Iterator[tuple[list, list[dict]]]:
    """Lists of ``size`` samples, the last one shorter, each with what was skipped since the one before."""
    batch = []
    for sample in samples:
        batch.append(sample)
        if len(batch) == size:
            yield batch, skips.rows
            batch, skips.rows = [], []
    if batch or skips.rows:
        yield batch, skips.rows


class Pictures(IterableDataset):
    """Batches of prepared pictures. Each of several workers decodes every so many-th batch, so the order is kept."""

    def __init__(self, shards: list[Path], prepare: Prepare, batch_size: int, step: str) -> None:
        super().__init__()
        self.shards, self.prepare, self.batch_size, self.step = shards, prepare, batch_size, step

    def decoded(self, samples: list[tuple[str, Sample]], lost: list[dict]) -> Batch:
        """One batch; a picture that cannot be decoded is listed with its reason."""
        pictures, readable, skips = [], [], Skips(self.step, list(lost))
        for i, (shard, sample) in enumerate(samples):
            try:
                pictures.append(self.prepare(picture_of(sample)))
                readable.append(i)
            except ValueError as reason:
                skips.add(shard, sample.row, sample.key, str(reason))
        names = [(shard, sample.row, sample.key) for shard, sample in samples]
        return Batch(torch.stack(pictures) if pictures else None, names, readable, skips.rows)

    def __iter__(self) -> Iterator[Batch]:
        """Batches of one worker."""
        worker, skips = get_worker_info(), Skips(self.step)
        own, all_ = (worker.id, worker.num_workers) if worker else (0, 1)
        found = in_batches(samples_of(self.shards, skips), self.batch_size, skips)
        for number, (samples, lost) in enumerate(found):
            if number % all_ == own:
                yield self.decoded(samples, lost)


def stream(pictures: Pictures, workers: int, pinned: bool = False) -> DataLoader:
    """Batches in order, decoded ahead by ``workers`` processes (0: in this one, between batches)."""
    return DataLoader(pictures, batch_size=None, num_workers=workers, pin_memory=pinned)

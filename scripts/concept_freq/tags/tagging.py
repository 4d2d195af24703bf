"""From batches of pictures to sparse tags, shard by shard, so that an interrupted job loses at most one shard."""

import glob
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from concept_freq.io.parquet import KEPT, read_rows
from concept_freq.io.tables import ENCODINGS, SCHEMAS, atomic_path, write_table
from concept_freq.shards.batches import Batch
from concept_freq.shards.names import table_name
from concept_freq.tags.base import Tagger
from concept_freq.tags.fitting import Fitted

BINS = 100  # of a histogram of probabilities, each a hundredth wide
PARTS = ("image_tags", "tag_histograms", "skipped")


class Parts:
    """What each shard of a chunk gave, in a folder: tags, histograms, samples left out. Tags are written last."""

    def __init__(self, folder: Path, n_concepts: int) -> None:
        self.folder, self.n_concepts = folder, n_concepts
        for other in folder.parent.glob(f"{glob.escape(folder.stem)}.*/"):  # of jobs with other parameters
            if other != folder:
                shutil.rmtree(other)
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, shard: str, name: str = "image_tags") -> Path:
        """File of a shard's part."""
        return self.folder / f"{shard}.{name}.parquet"

    def has(self, shard: str) -> bool:
        """Whether a shard is done; a part that a crash of the machine left empty or cut is not."""
        try:
            return all(pq.read_metadata(self.path(shard, name)) for name in PARTS)
        except (OSError, pa.ArrowInvalid):
            return False

    def write(self, shard: str, tags: list[pa.Table], histogram: np.ndarray, skipped: list[dict]) -> None:
        """Keep what a shard gave."""
        concept, place = np.nonzero(histogram)
        counted = {"concept_id": concept.astype(np.uint32), "bin": place.astype(np.uint8)}
        counted["n"] = histogram[concept, place].astype(np.int64)
        write_table(skipped, "skipped", self.path(shard, "skipped"))
        write_table(pa.table(counted), "tag_histograms", self.path(shard, "tag_histograms"))
        empty = pa.schema(SCHEMAS["image_tags"].items()).empty_table()
        write_table(pa.concat_tables([empty, *tags]), "image_tags", self.path(shard))

    def join(
        self, shards: list[str], tags: Path, histograms: Path, skipped: Path, metadata: dict[str, str] | None = None
    ) -> tuple[int, int]:
        """Put the shards' parts together in order; returns how many tags and how many samples left out there are.

        ``metadata`` goes into both tables of concept ids.
        """
        rows = pa.concat_tables([read_rows(self.path(shard, "skipped")) for shard in shards])
        write_table(rows, "skipped", skipped)
        counted = pa.concat_tables([read_rows(self.path(shard, "tag_histograms")) for shard in shards])
        summed = counted.group_by(["concept_id", "bin"]).aggregate([("n", "sum")]).rename_columns({"n_sum": "n"})
        summed = summed.sort_by([("concept_id", "ascending"), ("bin", "ascending")])
        write_table(summed, "tag_histograms", histograms, metadata)
        schema, n = pa.schema(SCHEMAS["image_tags"].items(), metadata), 0
        options = {**KEPT, **ENCODINGS["image_tags"]}
        with atomic_path(tags) as temporary, pq.ParquetWriter(temporary, schema, **options) as writer:
            for shard in shards:
                part = read_rows(self.path(shard))
                writer.write_table(part.cast(schema))
                n += len(part)
        return n, len(rows)


def sparse(probability: np.ndarray, names: list[tuple[str, int, str]], floor: float) -> pa.Table:
    """Tags of pictures (shard, row, key) from fp16 probabilities (n, concepts), those of at least ``floor``."""
    rows, concepts = np.nonzero(probability >= np.float16(floor))
    columns = {
        "shard": pa.array([shard for shard, _, _ in names]).take(pa.array(rows)),
        "row": pa.array(np.array([row for _, row, _ in names], dtype=np.uint32)[rows]),
        "concept_id": pa.array(concepts.astype(np.uint32)),
        "probability": pa.array(probability[rows, concepts]),
    }
    return pa.table(columns, schema=pa.schema(SCHEMAS["image_tags"].items()))


def histogram_of(probability: torch.Tensor) -> torch.Tensor:
    """How many pictures have a probability in each of BINS bins, per concept. (n, concepts) to (concepts, BINS)."""
    n_concepts = probability.shape[1]
    place = (probability.float() * BINS).long().clamp_(0, BINS - 1)
    place += torch.arange(n_concepts, device=place.device) * BINS
    return torch.bincount(place.flatten(), minlength=n_concepts * BINS).view(n_concepts, BINS)


class Open:
    """Shards whose pictures are still coming: tags and histogram of the first of them, losses of all."""

    def __init__(self, shards: list[str], parts: Parts) -> None:
        self.left, self.parts, self.lost = list(shards), parts, []
        self.clear()

    def clear(self) -> None:
        """Start the next shard."""
        self.tags: list[pa.Table] = []
        self.histogram = np.zeros((self.parts.n_concepts, BINS), dtype=np.int64)

    def close_before(self, shard: str | None) -> None:
        """Write every shard before this one; all of them where there is none."""
        while self.left and self.left[0] != shard:
            done = self.left.pop(0)
            self.parts.write(done, self.tags, self.histogram, [row for row in self.lost if row["shard"] == done])
            self.lost = [row for row in self.lost if row["shard"] != done]
            self.clear()
            print(f"shard {done} tagged, {len(self.left)} left", flush=True)

    def add(self, probability: torch.Tensor, names: list[tuple[str, int, str]], floor: float) -> None:
        """Add pictures, which may be of several shards in a row."""
        half = probability.half()
        shards = [shard for shard, _, _ in names]
        for shard in dict.fromkeys(shards):
            self.close_before(shard)
            own = [i for i, name in enumerate(shards) if name == shard]
            self.tags.append(sparse(half[own].cpu().numpy(), [names[i] for i in own], floor))
            self.histogram += histogram_of(half[own]).cpu().numpy()


@torch.no_grad()
def tag(tagger: Tagger, batches: Iterable[Batch], shards: list[Path], floor: float, parts: Parts) -> None:
    """Tag the pictures of shards and keep each shard's part as soon as it is complete."""
    opened, fitted = Open([table_name(path) for path in shards], parts), Fitted(tagger)
    for batch in batches:
        opened.lost += batch.skipped
        if batch.readable:
            probability = fitted.probability(batch.images.to(tagger.device, non_blocking=True))
            opened.add(probability, [batch.names[i] for i in batch.readable], floor)
    opened.close_before(None)

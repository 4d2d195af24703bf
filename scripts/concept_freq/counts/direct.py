"""Count a fixed list of concepts straight from captions and tags, batch by batch: no index, memory independent of size.

The hits are those of the index (tests compare them); what is gained is speed, what is lost are later queries. The
workflow counts from the index; this is for a list of concepts that is fixed, and for the benchmark.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from concept_freq.counts.caption_hits import hits_of
from concept_freq.counts.compiled import count_matched
from concept_freq.counts.lexicon import Lexicon
from concept_freq.counts.thresholds import limit_of
from concept_freq.io.parquet import KEPT, read_batches
from concept_freq.io.tables import atomic_path

BATCH = 1 << 15
ROW_BITS = 32


@dataclass
class Shards:
    """Numbers for shard names in the order in which they first appear."""

    numbers: dict[str, int]

    def keys(self, batch: pa.RecordBatch) -> np.ndarray:
        """Sample keys of a batch with columns shard (dictionary) and row: shard number and row in one integer."""
        shard = batch.column("shard")
        own = [self.numbers.setdefault(name, len(self.numbers)) for name in shard.dictionary.to_pylist()]
        codes = np.array(own, dtype=np.int64)[shard.indices.to_numpy()]
        return (codes << ROW_BITS) | batch.column("row").to_numpy().astype(np.int64)


def column_batches(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Columns of a Parquet file, shard names as a dictionary."""
    yield from read_batches(path, BATCH, columns, dictionary=["shard"])


def half_bits(probabilities: pa.Array) -> np.ndarray:
    """The bits of half-precision probabilities, which are in the order of the numbers as none is negative."""
    return probabilities.to_numpy(zero_copy_only=False).view(np.uint16)


class Tags:
    """The tags of a file, handed out in step with the captions: both are sorted by shard and row."""

    def __init__(self, path: Path, shards: Shards) -> None:
        self.path, self.shards = path, shards
        self.source = column_batches(path, ["shard", "row", "concept_id", "probability"])
        self.held = [(np.zeros(0, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.uint16))]

    def upto(self, key: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All tags not handed out yet of samples up to ``key``: keys, concepts, probabilities."""
        while not len(self.held[-1][0]) or self.held[-1][0][-1] <= key:
            if (batch := next(self.source, None)) is None:
                break
            keys = self.shards.keys(batch)
            if np.any(np.diff(keys) < 0):
                raise ValueError(f"{self.path}: tags are not sorted by shard and row as the captions are; tag again")
            self.held.append((keys, batch.column("concept_id").to_numpy(), half_bits(batch.column("probability"))))
        together = [np.concatenate(parts) for parts in zip(*self.held, strict=True)]
        stop = np.searchsorted(together[0], key, side="right")
        self.held = [tuple(part[stop:] for part in together)]
        return tuple(part[:stop] for part in together)


def count_directly(
    captions: Path, tags: Path | None, lexicon: Lexicon, mode: str, thresholds: list[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Text counts (concepts,) and matched counts (thresholds, concepts) of one chunk."""
    limits = np.array([np.float16(limit_of(threshold, "at_least")).view(np.uint16) for threshold in thresholds])
    text = np.zeros(lexicon.n_concepts, dtype=np.int64)
    matched = np.zeros((len(thresholds), lexicon.n_concepts), dtype=np.int64)
    shards = Shards({})
    cursor = Tags(tags, shards) if tags else None
    for batch in column_batches(captions, ["shard", "row", "caption"]):
        rows, concepts = hits_of(batch.column("caption"), lexicon, mode)
        text += np.bincount(concepts, minlength=lexicon.n_concepts)
        if cursor:
            keys = shards.keys(batch)
            count_matched(keys[rows], concepts, *cursor.upto(keys[-1]), limits, matched)
    return text, matched


def write_hits(captions: Path, lexicon: Lexicon, mode: str, out: Path) -> None:
    """Write which caption names which concept (shard, row, concept_id), in the captions' order."""
    schema = pa.schema(
        {"shard": pa.dictionary(pa.int32(), pa.string()), "row": pa.uint32(), "concept_id": pa.uint32()}.items()
    )
    encoding = {"row": "DELTA_BINARY_PACKED", "concept_id": "DELTA_BINARY_PACKED"}
    options = {**KEPT, "use_dictionary": ["shard"], "column_encoding": encoding}
    with atomic_path(out) as temporary, pq.ParquetWriter(temporary, schema, **options) as writer:
        for batch in column_batches(captions, ["shard", "row", "caption"]):
            rows, concepts = hits_of(batch.column("caption"), lexicon, mode)
            places = pa.array(rows)
            columns = [
                batch.column("shard").take(places),
                batch.column("row").take(places),
                pa.array(concepts, pa.uint32()),
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))

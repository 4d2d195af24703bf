"""Tags exactly at a threshold, and rows that start again in each shard: what random cases never meet."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from concept_freq.counts import build_index as building
from concept_freq.counts.build_index import build_index
from concept_freq.counts.chunk import count_chunk
from concept_freq.counts.compiled import count_matched
from concept_freq.counts.direct import count_directly
from concept_freq.counts.lexicon import compile_lexicon, forms_of
from concept_freq.io.duck import connect
from concept_freq.io.tables import write_table
from concept_freq.text.concepts import Concept

HALF = np.float16(0.5)  # the sigmoid of 0
BELOW = np.nextafter(HALF, np.float16(0))
ABOVE = np.nextafter(HALF, np.float16(1))
CONCEPTS = [Concept("cat"), Concept("dog")]


def write_chunk(folder: Path, captions: list[tuple[str, int, str]], tags: list[tuple[str, int, int, float]]) -> None:
    """Write captions (shard, row, caption), their index, and tags (shard, row, concept, probability)."""
    rows = [{"shard": shard, "row": row, "key": f"{shard}{row}", "caption": text} for shard, row, text in captions]
    write_table(rows, "captions", folder / "captions.parquet")
    build_index(connect(), folder / "captions.parquet", folder / "index.parquet")
    shard, row, concept, probability = zip(*tags, strict=True)
    columns = {"shard": shard, "row": pa.array(row, pa.uint32()), "concept_id": concept}
    columns["probability"] = pa.array(np.array(probability, np.float16))
    write_table(pa.table(columns), "image_tags", folder / "tags.parquet")


def counted(folder: Path, thresholds: list[float], rule: str = "at_least") -> dict[str, list[int]]:
    """Counts of the chunk from its index."""
    paths = folder / "captions.parquet", {"phrase": folder / "index.parquet"}, folder / "tags.parquet"
    return count_chunk(*paths, CONCEPTS, thresholds, threshold_rule=rule).to_pydict()


def matched_directly(folder: Path, thresholds: list[float]) -> list[list[int]]:
    """Matched counts (thresholds, concepts) of the chunk, without its index."""
    lexicon = compile_lexicon(forms_of([concept.forms for concept in CONCEPTS]), len(CONCEPTS), "phrase")
    return count_directly(folder / "captions.parquet", folder / "tags.parquet", lexicon, "phrase", thresholds)[
        1
    ].tolist()


def test_a_tag_exactly_at_the_threshold_counts_and_one_just_below_does_not(tmp_path):
    captions = [("0", row, "a cat") for row in range(3)]
    write_chunk(tmp_path, captions, [("0", 0, 0, BELOW), ("0", 1, 0, HALF), ("0", 2, 0, ABOVE)])
    counts = counted(tmp_path, [0.5, 0.6])
    assert (counts["n_image"], counts["n_matched"]) == ([2, 0], [2, 0])
    assert (counts["n_image_0.6"], counts["n_matched_0.6"]) == ([0, 0], [0, 0])
    assert counts["n_two_sided"] == [2, 2]
    assert matched_directly(tmp_path, [0.5, 0.6]) == [[2, 0], [0, 0]]
    published = counted(tmp_path, [0.5], "published")
    assert (published["n_image"], published["n_matched"]) == ([1, 0], [1, 0])


def test_the_smallest_of_several_thresholds_is_met_exactly_too(tmp_path):
    write_chunk(tmp_path, [("0", 0, "a cat")], [("0", 0, 0, HALF)])
    counts = counted(tmp_path, [0.7, 0.5])
    assert (counts["n_image"], counts["n_image_0.5"], counts["n_matched_0.5"]) == ([0, 0], [1, 0], [1, 0])


@pytest.mark.parametrize(("probability", "n"), [(BELOW, 0), (HALF, 1), (ABOVE, 1)])
def test_the_compiled_pass_counts_a_tag_at_the_threshold(probability, n):
    bits = np.array([probability], np.float16).view(np.uint16)
    counts, limits = np.zeros((1, 1), np.int64), np.array([HALF]).view(np.uint16)
    count_matched(np.array([7]), np.array([0]), np.array([7]), np.array([0], np.uint16), bits, limits, counts)
    assert counts.tolist() == [[n]]


def test_samples_of_different_shards_are_never_matched_by_their_row_alone(tmp_path):
    captions = [("0", 0, "a cat"), ("0", 1, "a dog"), ("1", 0, "a dog"), ("1", 1, "nothing")]
    tags = [("0", 0, 0, 0.9), ("1", 0, 0, 0.9), ("1", 1, 1, 0.9)]  # of ("0", 1) none
    write_chunk(tmp_path, captions, tags)
    counts = counted(tmp_path, [0.5])
    assert (counts["n_text"], counts["n_image"], counts["n_matched"]) == ([1, 2], [2, 1], [1, 0])
    assert (counts["n_samples"][0], counts["n_two_sided"][0], counts["n_misaligned"][0]) == (4, 2, 1)
    assert matched_directly(tmp_path, [0.5]) == [[1, 0]]


def test_postings_are_in_order_however_many_runs_they_come_from(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "BATCH", 3)
    monkeypatch.setattr(building, "FAN", 4)
    rows = [
        {"shard": str(9 - i % 10), "row": 99 - i, "key": str(i), "caption": "cat dog cat bird"[: 4 + 4 * (i % 4)]}
        for i in range(40)
    ]
    write_table(rows, "captions", tmp_path / "captions.parquet")
    build_index(connect(), tmp_path / "captions.parquet", tmp_path / "index.parquet")
    postings = [tuple(row.values()) for row in pq.read_table(tmp_path / "index.parquet").to_pylist()]
    assert len(postings) == 100
    assert postings == sorted(postings)

"""Kept Parquet files that are damaged: one message that names the file and the remedy, and never other data."""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from concept_freq.counts.build_index import build_index
from concept_freq.counts.chunk import count_chunk, sum_chunks
from concept_freq.io.duck import connect
from concept_freq.io.parquet import count_rows, intact, read_batches, read_frame, read_rows, verify
from concept_freq.io.tables import write_parquet, write_table
from concept_freq.text.concepts import Concept

TAGS = pa.schema({"shard": pa.string(), "row": pa.uint32(), "concept_id": pa.uint16(), "probability": pa.float16()})
READERS = {
    "verify": lambda path: verify([path]),
    "batches": lambda path: list(read_batches(path)),
    "rows": read_rows,
    "frame": read_frame,
}


@pytest.fixture
def chunk(tmp_path) -> dict[str, Path]:
    """Files of a chunk by their kind."""
    files = {name: tmp_path / f"{name}.parquet" for name in ("captions", "text_index", "image_tags", "chunk_counts")}
    rows = [{"shard": "0", "row": i, "key": f"k{i}", "caption": f"a cat and dog {i}"} for i in range(300)]
    write_table(rows, "captions", files["captions"])
    build_index(connect(), files["captions"], files["text_index"])
    tags = [{"shard": "0", "row": i, "concept_id": i % 2, "probability": 0.5 + i / 1000} for i in range(300)]
    write_table(pa.Table.from_pylist(tags).cast(TAGS), "image_tags", files["image_tags"])
    write_parquet(counted(files), files["chunk_counts"])
    return files


def counted(files: dict[str, Path]) -> pa.Table:
    """Counts of the chunk."""
    concepts = [Concept("cat"), Concept("dog")]
    return count_chunk(files["captions"], {"phrase": files["text_index"]}, files["image_tags"], concepts, [0.5])


def test_whole_files_are_read_as_they_are(chunk):
    for path in chunk.values():
        expected = pq.read_table(path)
        assert read_rows(path) == expected
        assert read_frame(path).equals(expected.to_pandas())
        assert pa.Table.from_batches(read_batches(path, 7)) == expected
        assert count_rows(path) == len(expected)
    verify(chunk.values())


@pytest.mark.parametrize("size", [0, 3, 100, -1])
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_an_empty_or_cut_file_is_one_message_with_the_remedy(chunk, read, size):
    path = chunk["captions"]
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(SystemExit, match=r"captions\.parquet is damaged \(.+\); delete it, it is made again"):
        read(path)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_missing_file_is_not_called_damaged(tmp_path, read):
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.parquet")


def test_what_a_program_does_with_the_rows_is_not_the_files_damage(chunk):
    with pytest.raises(OSError, match="elsewhere"):
        for _ in read_batches(chunk["captions"]):
            raise OSError("elsewhere")
    with pytest.raises(MemoryError), intact(chunk["captions"]):
        raise pa.ArrowMemoryError


@pytest.mark.parametrize("name", ["captions", "text_index", "image_tags"])
def test_counting_names_the_damaged_input(chunk, name):
    chunk[name].write_bytes(chunk[name].read_bytes()[:-20])
    with pytest.raises(SystemExit, match=rf"{name}\.parquet is damaged"):
        counted(chunk)


def test_indexing_and_summing_name_the_damaged_input(chunk, tmp_path):
    for name in ("captions", "chunk_counts"):
        chunk[name].write_bytes(b"")
    with pytest.raises(SystemExit, match=r"captions\.parquet is damaged"):
        build_index(connect(), chunk["captions"], tmp_path / "again.parquet")
    with pytest.raises(SystemExit, match=r"chunk_counts\.parquet is damaged"):
        sum_chunks([chunk["chunk_counts"]])


def pages_of(path: Path) -> list[tuple[int, int]]:
    """Where each column's pages start and end, headers and dictionaries too."""
    group = pq.read_metadata(path).row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    starts = [column.dictionary_page_offset or column.data_page_offset for column in columns]
    return [(start, start + c.total_compressed_size) for start, c in zip(starts, columns, strict=True)]


def through_duckdb(path: Path) -> pa.Table:
    """Rows as DuckDB reads them of a verified file."""
    verify([path])
    return connect().sql("from read_parquet($path)", params={"path": str(path)}).to_arrow_table()


@pytest.mark.parametrize("read", [read_rows, lambda path: pa.Table.from_batches(read_batches(path)), through_duckdb])
@pytest.mark.parametrize("name", ["captions", "text_index", "image_tags", "chunk_counts"])
def test_a_flipped_bit_never_reads_as_other_data(chunk, name, read):
    path, rng, found = chunk[name], np.random.default_rng(0), 0
    whole, expected = path.read_bytes(), pq.read_table(path).to_pylist()
    places = [int(place) for start, end in pages_of(path) for place in rng.integers(start, end, 8)]
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            assert read(path).to_pylist() == expected  # a bit of a page's header that says nothing of its rows
        except (SystemExit, duckdb.Error):
            found += 1
    assert found > 0.5 * len(places)

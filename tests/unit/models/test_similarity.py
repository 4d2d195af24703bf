"""Similarity of pictures, and datasets without the most similar: small cases by hand, invariants on random ones."""

import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_freq.io.tables import write_table
from concept_freq.models.similarity import (
    embedding_table,
    filter_shard,
    index_of,
    most_similar,
    nearest,
    random_share,
    read_embeddings,
    removed_rows,
    renumber,
)
from concept_freq.shards.tar import Skips, add_member, read_samples, shard_writer


def similarities(path: Path, shard: str, values: list[float]) -> Path:
    """A chunk's table of similarities of one shard, rows in order."""
    write_table([{"shard": shard, "row": i, "similarity": v} for i, v in enumerate(values)], "similarity", path)
    return path


def pairs(table: pa.Table | pa.RecordBatch) -> list[tuple[str, int]]:
    """(shard, row) of a table."""
    return list(zip(table["shard"].to_pylist(), table["row"].to_pylist(), strict=True))


def test_similarity_is_the_cosine_to_the_nearest():
    evaluation = np.array([[1, 0], [np.nan, np.nan], [0, 2]], np.float32)
    index = index_of(evaluation)
    assert index.ntotal == 2
    found = nearest(index, np.array([[3, 0], [1, 1], [-1, -1], [3, 4]], np.float16))
    assert found == pytest.approx([1, 0.5**0.5, -(0.5**0.5), 0.8], abs=1e-6)


def test_the_graph_finds_what_the_exact_index_finds():
    rng = np.random.default_rng(0)
    evaluation, queries = rng.normal(size=(3000, 16)).astype("f"), rng.normal(size=(200, 16)).astype("f")
    queries[:50] = evaluation[:50]
    exact = nearest(index_of(evaluation), queries)
    graph, again = (nearest(index_of(evaluation, exact_up_to=100), queries) for _ in range(2))
    assert np.array_equal(graph, again)
    assert (graph <= exact + 1e-6).all()
    assert np.isclose(graph, exact, atol=1e-6).mean() > 0.98
    assert graph[:50] == pytest.approx(1, abs=1e-6)


def test_embeddings_are_read_as_written(tmp_path):
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(10, 4)).astype(np.float32)
    names = [("00000", i, f"k{i}") for i in range(6)] + [("00001", i, f"k{i}") for i in (0, 2, 3, 9)]
    write_table(embedding_table(embeddings, names), "shard_embeddings", tmp_path / "0.parquet")
    pieces = list(read_embeddings(tmp_path / "0.parquet", 3))
    assert [len(batch) for batch, _ in pieces] == [3, 3, 3, 1]
    assert np.array_equal(np.concatenate([found for _, found in pieces]), embeddings.astype(np.float16))
    rows = [
        (s, r) for batch, _ in pieces for s, r in zip(*(batch[c].to_pylist() for c in ("shard", "row")), strict=True)
    ]
    assert rows == [(shard, row) for shard, row, _ in names]


def test_the_most_similar_go_over_all_chunks_and_ties_by_shard_and_row(tmp_path):
    tables = [
        similarities(tmp_path / "1.parquet", "00001", [0.9, 0.5, 0.5, 0.1]),
        similarities(tmp_path / "0.parquet", "00000", [0.2, 0.5, 0.95, 0.3, 0.4, 0.0]),
    ]
    chosen = [("00000", 1), ("00000", 2), ("00001", 0), ("00001", 1)]
    assert pairs(most_similar(tables, 0.4)) == chosen
    assert pairs(most_similar(tables[::-1], 0.4)) == chosen
    assert pairs(most_similar(tables, 0.1)) == [("00000", 2)]
    assert len(most_similar(tables, 0.01)) == 0


def test_a_random_share_is_seeded_and_of_equal_size(tmp_path):
    tables = [
        similarities(tmp_path / f"{i}.parquet", f"0000{i}", np.random.default_rng(i).random(60).tolist())
        for i in range(3)
    ]
    one, same, other = (pairs(random_share(tables[::step], 0.25, seed)) for seed, step in ((5, 1), (5, -1), (6, 1)))
    assert one == same == sorted(one)
    assert one != other
    assert len({*one}) == len(one) == len(other) == len(most_similar(tables, 0.25)) == 45
    assert random_share(tables, 0.25, 5)["similarity"].null_count == 45


def test_rows_of_a_shard_are_its_own(tmp_path):
    rows = [
        {"shard": shard, "row": row, "similarity": 0.5} for shard, row in (("00000", 7), ("00000", 2), ("00001", 3))
    ]
    write_table(rows, "removed", tmp_path / "removed.parquet")
    assert removed_rows(tmp_path / "removed.parquet", "00000").tolist() == [2, 7]
    assert removed_rows(tmp_path / "removed.parquet", "00002").tolist() == []


def write_shard(path: Path, n: int) -> None:
    """Samples of one to three files each, some of them broken."""
    with shard_writer(path) as tar:
        for i in range(n):
            for extension in ("jpg", "txt", "json")[: 1 + i % 3]:
                add_member(tar, f"folder/{i:04d}.{extension}", bytes([i]) * (i * 37 % 1300))


def members(path: Path) -> dict[str, bytes]:
    """Names and bytes of a tar's files."""
    with tarfile.open(path) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(0, 30), st.sets(st.integers(0, 30)))
def test_kept_samples_keep_their_bytes(tmp_path_factory, n, removed):
    folder = tmp_path_factory.mktemp("shard")
    write_shard(folder / "00000.tar", n)
    gone = np.array(sorted(row for row in removed if row < n), np.uint32)
    kept, lost = filter_shard(folder / "00000.tar", gone, folder / "out.tar")
    assert (kept, lost) == (n - len(gone), [])
    left = {name: data for name, data in members(folder / "00000.tar").items() if int(name[7:11]) not in removed}
    assert members(folder / "out.tar") == left
    if not len(gone):
        assert (folder / "out.tar").read_bytes() == (folder / "00000.tar").read_bytes()


def test_long_and_foreign_names_survive(tmp_path):
    names = [f"{'é' * 70}/{'x' * 150}.jpg", "später.tags.json"]
    with tarfile.open(tmp_path / "00000.tar", "w") as tar:
        for name in names:
            add_member(tar, name, name.encode())
    filter_shard(tmp_path / "00000.tar", np.array([], np.uint32), tmp_path / "out.tar")
    assert members(tmp_path / "out.tar") == {name: name.encode() for name in names}


def test_a_damaged_shard_keeps_what_is_whole(tmp_path):
    write_shard(tmp_path / "00000.tar", 20)
    (tmp_path / "00000.tar").write_bytes((tmp_path / "00000.tar").read_bytes()[:9000])
    kept, lost = filter_shard(tmp_path / "00000.tar", np.array([0], np.uint32), tmp_path / "out.tar")
    whole = list(read_samples(tmp_path / "00000.tar", Skips("test")))
    skips = Skips("test")
    assert [s.files for s in read_samples(tmp_path / "out.tar", skips)] == [s.files for s in whole[1:]]
    assert kept == len(whole) - 1
    assert lost[0]["row"] == len(whole)
    assert not skips.rows


@settings(deadline=None)
@given(st.sets(st.integers(0, 19)))
def test_the_truth_follows_its_samples(removed):
    rows = [{"shard": "00000", "row": row, "concept": f"c{row}"} for row in range(20) for _ in range(row % 3)]
    truth = pa.Table.from_pandas(pd.DataFrame(rows).astype({"row": "uint32"}))
    found = renumber(truth, np.array(sorted(removed), np.uint32)).to_pandas()
    left = [row for row in range(20) if row not in removed]
    assert [f"c{left[row]}" for row in found.row] == found.concept.tolist()
    assert len(found) == sum(row % 3 for row in left)
    assert pa.Table.from_pandas(found).schema.field("row").type == pa.uint32()


def test_the_tables_are_declared(tmp_path):
    similarities(tmp_path / "s.parquet", "00000", [1.0])
    assert pq.read_schema(tmp_path / "s.parquet").field("similarity").type == pa.float32()
    with pytest.raises(ValueError, match="similarity"):
        similarities(tmp_path / "s.parquet", "00000", [1.5])

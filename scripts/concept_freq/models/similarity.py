"""Which pretraining pictures are most like an evaluation set's, and a dataset without them (paper, section 4).

As Mayilvahanan et al. 2024 prune LAION by its similarity to an evaluation set.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
import pyarrow as pa

from concept_freq.io.duck import connect
from concept_freq.io.parquet import count_rows, read_batches, read_rows, verify
from concept_freq.io.tables import SCHEMAS, atomic_path
from concept_freq.shards.tar import Sample, Skips, add_member, read_samples

EXACT_UP_TO = 100_000  # pictures of an evaluation set; ImageNet has 50,000


def unit(embeddings: np.ndarray) -> np.ndarray:
    """Embeddings (n, dim) at length 1, float32."""
    embeddings = np.ascontiguousarray(embeddings, dtype=np.float32)
    return embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)


def index_of(embeddings: np.ndarray, exact_up_to: int = EXACT_UP_TO) -> faiss.Index:
    """An index of unit embeddings by cosine similarity: exact up to so many, beyond that a graph (HNSW).

    The graph may miss a nearest picture, never invent one. One thread builds it, always the same way.
    """
    faiss.omp_set_num_threads(1)
    found = embeddings[np.isfinite(embeddings).all(axis=1)]  # a broken picture of the evaluation set is nan
    if len(found) <= exact_up_to:
        index = faiss.IndexFlatIP(found.shape[1])
    else:
        index = faiss.IndexHNSWFlat(found.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction, index.hnsw.efSearch = 200, 128
    index.add(unit(found))
    return index


def nearest(index: faiss.Index, embeddings: np.ndarray) -> np.ndarray:
    """Cosine similarity of each embedding (n, dim) to the nearest one of the index, float32 (n,)."""
    return index.search(unit(embeddings), 1)[0][:, 0].clip(-1, 1)


def embedding_table(embeddings: np.ndarray, names: list[tuple[str, int, str]]) -> pa.Table:
    """Embeddings (n, dim) of pictures (shard, row, key), kept in half precision."""
    n, dim = embeddings.shape
    flat = pa.array(embeddings.astype(np.float16).reshape(-1))
    columns = {
        "shard": pa.array([shard for shard, _, _ in names]),
        "row": pa.array([row for _, row, _ in names], pa.uint32()),
        "embedding": pa.ListArray.from_arrays(pa.array(np.arange(n + 1, dtype=np.int32) * dim), flat),
    }
    return pa.table(columns, schema=pa.schema(SCHEMAS["shard_embeddings"].items()))


def read_embeddings(path: Path, size: int) -> Iterator[tuple[pa.RecordBatch, np.ndarray]]:
    """Rows of a table of embeddings, a piece at a time, and their embeddings (n, dim)."""
    for batch in read_batches(path, size):
        yield batch, batch["embedding"].flatten().to_numpy(zero_copy_only=False).reshape(len(batch), -1)


def removed_count(tables: list[Path], share: float) -> int:
    """How many pictures a share of all those in tables is."""
    return round(share * sum(map(count_rows, tables)))


def most_similar(tables: list[Path], share: float) -> pa.Table:
    """The share of pictures with the highest similarity, by shard and row; of equal ones the first by shard and row."""
    verify(tables)
    query = f"""
        from (from read_parquet($tables) order by similarity desc, shard, row limit {removed_count(tables, share)})
        order by shard, row
    """
    return connect().sql(query, params={"tables": [str(path) for path in tables]}).to_arrow_table()


def random_share(tables: list[Path], share: float, seed: int) -> pa.Table:
    """A random share of the pictures, by shard and row, without similarity."""
    verify(tables)
    db, n = connect(), removed_count(tables, 1)
    chosen = np.random.default_rng(seed).choice(n, removed_count(tables, share), replace=False)
    db.register("chosen", pa.table({"place": np.sort(chosen) + 1}))
    query = """
        select shard, row, null::float as similarity from
            (select shard, row, row_number() over (order by shard, row) as place from read_parquet($tables))
        where place in (from chosen) order by shard, row
    """
    return db.sql(query, params={"tables": [str(path) for path in tables]}).to_arrow_table()


def removed_rows(path: Path, shard: str) -> np.ndarray:
    """Rows of a shard that a dataset goes without, ascending."""
    return np.sort(read_rows(path, ["row"], filters=[("shard", "=", shard)])["row"].to_numpy())


def write_samples(samples: Iterator[Sample], removed: set[int], path: Path) -> int:
    """Write a shard of the samples that are not removed, in the plain format where the names allow it.

    Returns how many are kept.
    """
    kept = 0
    with atomic_path(path) as temporary, tarfile.open(temporary, "w", format=tarfile.PAX_FORMAT) as tar:
        for sample in samples:
            if sample.row not in removed:
                kept += 1
                for extension, data in sample.files.items():
                    add_member(tar, f"{sample.key}.{extension}" if extension else sample.key, data)
    return kept


def filter_shard(shard: Path, removed: np.ndarray, path: Path) -> tuple[int, list[dict]]:
    """Copy a shard without the removed rows; returns how many samples are left, and what a damaged shard lost."""
    skips = Skips("filter")
    kept = write_samples(read_samples(shard, skips), set(removed.tolist()), path)
    return kept, skips.rows


def renumber(truth: pa.Table, removed: np.ndarray) -> pa.Table:
    """A shard's truth without the removed rows, the others numbered as they are without them."""
    row = truth["row"].to_numpy()
    kept = ~np.isin(row, removed)
    moved = pa.array((row - np.searchsorted(removed, row))[kept], pa.uint32())
    return truth.filter(pa.array(kept)).set_column(truth.column_names.index("row"), "row", moved)

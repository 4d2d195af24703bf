"""Which pairs a balanced sample keeps: those of rare concepts all, those of frequent ones by chance (MetaCLIP).

Xu et al. (2024), Demystifying CLIP Data, section 3: a concept that n captions name keeps each of them with probability
min(1, cap / n), independently of the others. A pair is kept if at least one of its caption's concepts keeps it; a pair
whose caption names no concept is not kept.
"""

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from concept_freq.counts.index_hits import create_hits, pieces, register_forms
from concept_freq.io.duck import connect, sql_text
from concept_freq.io.parquet import KEPT, verify
from concept_freq.io.progress import progress
from concept_freq.io.tables import SCHEMAS, atomic_path
from concept_freq.text.concepts import Concept, caption_forms

BATCH = 1 << 16  # pairs that are written at once
BALANCED_SQL = "create temp table balanced (shard varchar, row uinteger, key varchar, probability double, kept boolean)"
# The order of the factors is fixed, so that the same caption gives the same bits in every chunk and thread.
PAIRS_SQL = """
create or replace temp table pairs as
with named as (
    select shard, row, 1 - product(1 - probability order by concept_id) as probability
    from text join keep using (concept_id) group by shard, row
)
select *, ('0x' || substr(md5($seed || '/' || shard || '/' || row), 1, 13))::ubigint / 16::double ** 13 < probability
as kept from named
"""
KEYED_SQL = """
insert into balanced select shard, row, key, probability, kept
from pairs join (select shard, row, key from read_parquet([{files}]) where {piece}) using (shard, row)
"""
# Decimals add up exactly, in any order.
SUMS_SQL = """
select concept_id, count(*) as n_text, sum(probability::decimal(18, 15))::double as expected,
    count(*) filter (kept) as n_kept
from text join pairs using (shard, row) group by concept_id
"""


def read_kept(path: Path, concepts: list[Concept], cap: int) -> pd.DataFrame:
    """Probability with which each concept keeps a caption, from its count (Parquet or CSV of concept and n_text).

    Returns concept_id, n, probability; raises ValueError where a concept has no count.
    """
    table = pd.read_csv(path, keep_default_na=False) if path.suffix == ".csv" else pd.read_parquet(path)
    if missing := {"concept", "n_text"}.difference(table):
        raise ValueError(f"{path}: no column {', '.join(sorted(missing))}; it needs concept and n_text")
    n = table.drop_duplicates("concept").set_index("concept").n_text.reindex([c.name for c in concepts])
    if n.isna().any():
        raise ValueError(f"{path}: no count of {n.index[n.isna()][0]!r}; count this concept list first")
    n = n.astype("int64").reset_index(drop=True)
    return pd.DataFrame({"concept_id": range(len(n)), "n": n, "probability": (cap / n.clip(lower=1)).clip(upper=1)})


def add_piece(
    db: duckdb.DuckDBPyConnection, indices: list[Path], captions: list[Path], mode: str, seed: int, piece: str
) -> pd.DataFrame:
    """Add a piece's pairs to the table ``balanced``; returns its SUMS_SQL by concept_id."""
    create_hits(db, indices, mode, "text", piece)
    db.execute(PAIRS_SQL, {"seed": str(seed)})
    files = ", ".join(f"'{sql_text(path)}'" for path in captions)
    keyed = db.execute(KEYED_SQL.format(files=files, piece=piece)).fetchone()[0]
    if keyed != (n := db.execute("select count(*) from pairs").fetchone()[0]):
        raise ValueError(f"{files}: {keyed} of {n} indexed pairs found; index and captions are not of the same shards")
    return db.execute(SUMS_SQL).df().set_index("concept_id")


def write_balanced(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the table ``balanced`` as schema ``balanced``, by shard and row."""
    schema = pa.schema(SCHEMAS["balanced"].items())
    found = db.sql("select * from balanced order by shard, row").to_arrow_reader(BATCH)
    with atomic_path(path) as temporary, pq.ParquetWriter(temporary, schema, **KEPT) as writer:
        for batch in found:
            writer.write_table(pa.Table.from_batches([batch]).cast(schema))


def balance(
    indices: list[Path],
    captions: list[Path],
    counts: Path,
    concepts: list[Concept],
    mode: str,
    cap: int,
    seed: int,
    out: Path,
    threads: int = 1,
) -> pd.DataFrame:
    """Write the pairs that name a concept, with the probability of keeping each and whether it is kept.

    Whether a pair is kept depends on the seed, its shard and its row alone, so how shards are grouped does not matter.
    Piece by piece: memory does not grow with the captions. Returns schema ``balanced_counts``: of each concept the
    captions that name it, the sum of their probabilities, those kept; and of the pairs how many there are, name a
    concept, are kept, repeated on every row. Raises ValueError where the counts are not of these captions' dataset.
    """
    verify([*indices, *captions])
    keep = read_kept(counts, concepts, cap)
    db = connect(threads)
    register_forms(db, caption_forms(concepts))
    db.register("keep", pa.Table.from_pandas(keep[["concept_id", "probability"]], preserve_index=False))
    db.execute(BALANCED_SQL)
    cut = pieces(db, indices)
    found = [add_piece(db, indices, captions, mode, seed, piece) for piece in progress(cut, len(cut), "pieces")]
    empty = pd.DataFrame(0, index=keep.concept_id, columns=["n_text", "expected", "n_kept"])
    sums = sum((part.reindex(keep.concept_id, fill_value=0) for part in found), empty)
    if (over := sums.n_text > keep.n).any():
        i = int(over.idxmax())
        where = f"{sums.n_text[i]:.0f} captions name {concepts[i].name!r}, counted were {keep.n[i]}"
        raise ValueError(f"{counts}: {where}; count the dataset of these captions, in this mode")
    write_balanced(db, out)
    n_pairs = db.execute("select count(*) from read_parquet($files)", {"files": list(map(str, captions))}).fetchone()[0]
    named, kept = db.execute("select count(*), count(*) filter (kept) from balanced").fetchone()
    names = pd.Series([concept.name for concept in concepts], name="concept")
    return pd.concat([names, sums], axis=1).assign(n_pairs=n_pairs, n_pairs_named=named, n_pairs_kept=kept)

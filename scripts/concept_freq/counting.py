"""Text, image and matched counts of one chunk for every mode and threshold, and misaligned pairs.

A sample is *misaligned* when its caption names at least one concept, its picture shows at least one, and no concept
is in both (paper, section 5; here defined once for every dataset and mode).
"""

from pathlib import Path

import duckdb
import pyarrow as pa

from concept_freq.concepts import Concept, lemma_forms
from concept_freq.database import at_thresholds, connect, limit_of
from concept_freq.indexing import create_hits, register_forms

COUNT_SQL = "select concept_id, count(*) as n from {hits} group by concept_id"
# Matched counts of all thresholds in one pass.
MATCHED_SQL = """
select concept_id, {columns} from {text} join {image} using (concept_id, shard, row) group by concept_id
"""
MISALIGNED_SQL = """
with named as (select distinct shard, row from {text}), shown as (select distinct shard, row from {image}),
two_sided as (select * from named join shown using (shard, row)),
aligned as (select distinct shard, row from {text} join {image} using (concept_id, shard, row))
select (select count(*) from two_sided), (select count(*) from two_sided) - (select count(*) from aligned)
"""


def suffix(value: str | float) -> str:
    """Column suffix of a further mode or threshold, e.g. ``_unigram``, ``_0.5``."""
    return f"_{value}"


def create_tags(db: duckdb.DuckDBPyConnection, tags: list[Path], threshold: float, name: str) -> None:
    """Create the table ``name`` of (concept_id, shard, row, probability) tagged with at least ``threshold``."""
    columns = "concept_id::bigint as concept_id, shard, row, probability"
    sql = f"create temp table {name} as select {columns} from read_parquet($tags) where probability >= $t"
    db.execute(sql, {"tags": list(map(str, tags)), "t": threshold})


def per_concept(db: duckdb.DuckDBPyConnection, sql: str, n_concepts: int, n_columns: int = 1) -> list[list[int]]:
    """Run a query of (concept_id, n, ...) and spread each n over all concepts, 0 where it has no row."""
    found = {row[0]: row[1:] for row in db.execute(sql).fetchall()}
    nothing = (0,) * n_columns
    return [list(column) for column in zip(*(found.get(i, nothing) for i in range(n_concepts)), strict=True)]


def count_chunk(
    captions: Path,
    indices: dict[str, Path],
    tags: Path | None,
    concepts: list[Concept],
    thresholds: list[float],
    threads: int = 1,
    threshold_rule: str = "at_least",
) -> pa.Table:
    """Count every concept of one chunk; ``indices`` maps each mode to the index that answers it.

    The first mode and threshold give ``n_text``, ``n_image``, ``n_matched``; each further one adds suffixed columns
    with the other side as configured first. ``n_samples``, ``n_two_sided`` and ``n_misaligned`` are of the whole
    chunk, repeated on every row, so that summing rows of chunks sums them too. Without tags nothing but text is known.
    """
    limits = [limit_of(threshold, threshold_rule) for threshold in thresholds]
    ids, n = {concept.name: i for i, concept in enumerate(concepts)}, len(concepts)
    db = connect(threads)
    register_forms(db, [(form, ids[name]) for form, name in lemma_forms(concepts).items()])
    columns: dict[str, list] = {"concept": [concept.name for concept in concepts]}
    if tags:
        create_tags(db, [tags], min(limits), "tags")
        db.execute(f"create temp view image as select * from tags where probability >= {limits[0]:.10g}")
        at_each = f"select concept_id, {at_thresholds(limits)} from tags group by concept_id"
        for t, counts in enumerate(per_concept(db, at_each, n, len(thresholds))):
            columns["n_image" + (suffix(thresholds[t]) if t else "")] = counts
    for m, (mode, index) in enumerate(indices.items()):
        create_hits(db, [index], mode, f"text_{m}")
        columns["n_text" + (suffix(mode) if m else "")] = per_concept(db, COUNT_SQL.format(hits=f"text_{m}"), n)[0]
        if not tags:
            continue
        wanted = limits if m == 0 else limits[:1]
        sql = MATCHED_SQL.format(columns=at_thresholds(wanted), text=f"text_{m}", image="tags")
        for t, counts in enumerate(per_concept(db, sql, n, len(wanted))):
            columns["n_matched" + (suffix(mode) if m else "") + (suffix(thresholds[t]) if t else "")] = counts
    totals = [db.execute("select count(*) from read_parquet($c)", {"c": str(captions)}).fetchone()[0], None, None]
    if tags:
        totals[1:] = db.execute(MISALIGNED_SQL.format(text="text_0", image="image")).fetchone()
    for name, value in zip(("n_samples", "n_two_sided", "n_misaligned"), totals, strict=True):
        columns[name] = [value] * n
    for name in ("n_image", "n_matched"):
        columns.setdefault(name, [None] * n)
    return pa.table({k: pa.array(v, pa.string() if k == "concept" else pa.int64()) for k, v in columns.items()})


def sum_chunks(chunks: list[Path]) -> pa.Table:
    """Add the counts of chunks, concept by concept; the order of the chunks does not matter."""
    sql = """
    select concept, columns(* exclude (concept))::bigint from (
        select concept, sum(columns(* exclude (concept))) from read_parquet($chunks) group by concept
    ) order by concept
    """
    return duckdb.sql(sql, params={"chunks": [str(chunk) for chunk in chunks]}).to_arrow_table()

"""Text, image and matched counts of one chunk for every mode and threshold, and misaligned pairs.

A sample is *misaligned* when its caption names at least one concept, its picture shows at least one, and no concept
is in both (paper, section 5; here defined once for every dataset and mode).
"""

from pathlib import Path

import duckdb
import pyarrow as pa

from concept_freq.concepts import Concept, lemma_forms
from concept_freq.indexing import connect, create_hits, register_forms

COUNT_SQL = "select concept_id, count(*) as n from {hits} group by concept_id"
MATCHED_SQL = """
select concept_id, count(*) as n from {text} join {image} using (concept_id, shard, row) group by concept_id
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
    """Create the table ``name`` of (concept_id, shard, row) tagged with at least ``threshold``."""
    columns = "concept_id::bigint as concept_id, shard, row"
    sql = f"create temp table {name} as select {columns} from read_parquet($tags) where probability >= $t"
    db.execute(sql, {"tags": list(map(str, tags)), "t": threshold})


def per_concept(db: duckdb.DuckDBPyConnection, sql: str, n_concepts: int) -> list[int]:
    """Run a (concept_id, n) query and spread it over all concepts, 0 where it has no row."""
    found = dict(db.execute(sql).fetchall())
    return [found.get(i, 0) for i in range(n_concepts)]


def count_chunk(
    captions: Path,
    index: Path,
    tags: Path,
    concepts: list[Concept],
    modes: list[str],
    thresholds: list[float],
    threads: int = 1,
) -> pa.Table:
    """Count every concept of one chunk.

    The first mode and threshold give ``n_text``, ``n_image``, ``n_matched``; each further one adds suffixed columns
    with the other side as configured first. ``n_samples``, ``n_two_sided`` and ``n_misaligned`` are of the whole
    chunk, repeated on every row, so that summing rows of chunks sums them too.
    """
    ids = {concept.name: i for i, concept in enumerate(concepts)}
    db = connect(threads)
    register_forms(db, {form: ids[name] for form, name in lemma_forms(concepts).items()})
    for m, mode in enumerate(modes):
        create_hits(db, [index], mode, f"text_{m}")
    for t, threshold in enumerate(thresholds):
        create_tags(db, [tags], threshold, f"image_{t}")
    columns: dict[str, list] = {"concept": [concept.name for concept in concepts]}

    def add(name: str, sql: str) -> None:
        columns[name] = per_concept(db, sql, len(concepts))

    for m, mode in enumerate(modes):
        add("n_text" + (suffix(mode) if m else ""), COUNT_SQL.format(hits=f"text_{m}"))
        add(
            "n_matched" + (suffix(mode) if m else ""),
            MATCHED_SQL.format(text=f"text_{m}", image="image_0"),
        )
    for t, threshold in enumerate(thresholds):
        add(
            "n_image" + (suffix(threshold) if t else ""),
            COUNT_SQL.format(hits=f"image_{t}"),
        )
        add(
            "n_matched" + (suffix(threshold) if t else ""),
            MATCHED_SQL.format(text="text_0", image=f"image_{t}"),
        )
    two_sided, misaligned = db.execute(MISALIGNED_SQL.format(text="text_0", image="image_0")).fetchone()
    n_samples = db.execute("select count(*) from read_parquet($c)", {"c": str(captions)}).fetchone()[0]
    for name, value in (
        ("n_samples", n_samples),
        ("n_two_sided", two_sided),
        ("n_misaligned", misaligned),
    ):
        columns[name] = [value] * len(concepts)
    return pa.table({k: pa.array(v, pa.string() if k == "concept" else pa.int64()) for k, v in columns.items()})


def sum_chunks(chunks: list[Path]) -> pa.Table:
    """Add the counts of chunks, concept by concept; the order of the chunks does not matter."""
    sql = """
    select concept, columns(* exclude (concept))::bigint from (
        select concept, sum(columns(* exclude (concept))) from read_parquet($chunks) group by concept
    ) order by concept
    """
    return duckdb.sql(sql, params={"chunks": [str(chunk) for chunk in chunks]}).to_arrow_table()

"""Text, image and matched counts of one chunk for every mode and threshold, and misaligned pairs.

A sample is *misaligned* when its caption names at least one concept, its picture shows at least one, and no concept
is in both (paper, section 5; here defined once for every dataset and mode).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from concept_freq.counts.index_hits import create_hits, pieces, register_forms
from concept_freq.counts.thresholds import limit_of
from concept_freq.io.duck import at_limits, connect, sql_text
from concept_freq.io.parquet import count_rows, verify
from concept_freq.text.concepts import Concept, caption_forms

TOTALS = ("n_samples", "n_two_sided", "n_misaligned")
COUNT_SQL = "select concept_id, count(*) from text group by concept_id"
# Matched counts of all thresholds in one pass.
MATCHED_SQL = "select concept_id, {columns} from text join image using (concept_id, shard, row) group by concept_id"
# Pairs with concepts on both sides, and whether no concept is on both: the one definition of misalignment.
TWO_SIDED_SQL = """
select shard, row, aligned.shard is null as misaligned
from (select distinct shard, row from {text}) join (select distinct shard, row from {image}) using (shard, row)
left join (select distinct shard, row from {text} join {image} using (concept_id, shard, row)) as aligned
using (shard, row)
"""
MISALIGNED_SQL = f"select count(*), count(*) filter (misaligned) from ({TWO_SIDED_SQL})"


def suffix(value: str | float) -> str:
    """Column suffix of a further mode or threshold, e.g. ``_unigram``, ``_0.5``."""
    return f"_{value}"


def create_tags(db: duckdb.DuckDBPyConnection, tags: list[Path], limit: float, name: str) -> None:
    """Create the view ``name`` of (concept_id, shard, row, probability) tagged with at least ``limit``."""
    files = ", ".join(f"'{sql_text(path)}'" for path in tags)
    columns = "concept_id::bigint as concept_id, shard, row, probability"
    condition = f"probability >= {limit:.10g}"
    db.execute(f"create or replace temp view {name} as select {columns} from read_parquet([{files}]) where {condition}")


def tally(db: duckdb.DuckDBPyConnection, sql: str, n_concepts: int, n_columns: int = 1) -> np.ndarray:
    """Run a query of (concept_id, n, ...); each n over all concepts, 0 where it has no row: (columns, concepts)."""
    counts = np.zeros((n_columns, n_concepts), np.int64)
    for concept_id, *found in db.execute(sql).fetchall():
        counts[:, concept_id] = found
    return counts


def count_text(db: duckdb.DuckDBPyConnection, indices: list[Path], mode: str, n_concepts: int) -> np.ndarray:
    """Captions that name each concept registered in ``db``: (concepts,)."""
    counts = np.zeros(n_concepts, np.int64)
    for piece in pieces(db, indices):
        create_hits(db, indices, mode, "text", piece)
        counts += tally(db, COUNT_SQL, n_concepts)[0]
    return counts


def hits_by_piece(db: duckdb.DuckDBPyConnection, index: Path, mode: str) -> Iterator[None]:
    """Create ``text`` (captions' hits) and ``image`` (``tags``) of one piece after another: memory stays bounded."""
    for piece in pieces(db, [index]):
        create_hits(db, [index], mode, "text", piece)
        db.execute(f"create or replace temp view image as select * from tags where {piece}")
        yield


def count_both(
    db: duckdb.DuckDBPyConnection, index: Path, mode: str, n_concepts: int, limits: list[float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Text counts (concepts,), matched counts (limits, concepts), and (two-sided, misaligned) samples of a mode.

    Samples are two-sided and misaligned by the first limit.
    """
    text, matched = np.zeros(n_concepts, np.int64), np.zeros((len(limits), n_concepts), np.int64)
    samples = np.zeros(2, np.int64)
    for _ in hits_by_piece(db, index, mode):
        text += tally(db, COUNT_SQL, n_concepts)[0]
        matched += tally(db, MATCHED_SQL.format(columns=at_limits(limits)), n_concepts, len(limits))
        samples += db.execute(MISALIGNED_SQL.format(text="text", image=shown_from(limits[0]))).fetchone()
    return text, matched, samples


def shown_from(limit: float) -> str:
    """The rows of ``image`` whose probability reaches a limit."""
    return f"(select * from image where probability >= {limit:.10g})"


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
    verify({*indices.values(), *([tags] if tags else [])})
    limits = [limit_of(threshold, threshold_rule) for threshold in thresholds]
    at_threshold = ["", *map(suffix, thresholds[1:])]
    db, n = connect(threads), len(concepts)
    register_forms(db, caption_forms(concepts))
    columns: dict[str, Sequence | np.ndarray] = {"concept": [concept.name for concept in concepts]}
    if tags:
        create_tags(db, [tags], min(limits), "tags")
        counts = tally(db, f"select concept_id, {at_limits(limits)} from tags group by concept_id", n, len(limits))
        columns |= {f"n_image{at}": row for at, row in zip(at_threshold, counts, strict=True)}
    n_samples = count_rows(captions)
    totals = [n_samples, None, None]
    for of_mode, (mode, index) in zip(["", *map(suffix, list(indices)[1:])], indices.items(), strict=True):
        if not tags:
            columns[f"n_text{of_mode}"] = count_text(db, [index], mode, n)
            continue
        wanted = limits if not of_mode else limits[:1]
        columns[f"n_text{of_mode}"], matched, samples = count_both(db, index, mode, n, wanted)
        columns |= {f"n_matched{of_mode}{at}": row for at, row in zip(at_threshold, matched, strict=False)}
        totals = totals if of_mode else [n_samples, *samples.tolist()]
    columns |= {name: [value] * n for name, value in zip(TOTALS, totals, strict=True)}
    columns = {"n_image": [None] * n, "n_matched": [None] * n} | columns
    return pa.table({k: pa.array(v, pa.string() if k == "concept" else pa.int64()) for k, v in columns.items()})


def sum_chunks(chunks: list[Path]) -> pa.Table:
    """Add the counts of chunks, concept by concept; the order of the chunks does not matter."""
    sql = """
    select concept, columns(* exclude (concept))::bigint from (
        select concept, sum(columns(* exclude (concept))) from read_parquet($chunks) group by concept
    ) order by concept
    """
    verify(chunks)
    return duckdb.sql(sql, params={"chunks": [str(chunk) for chunk in chunks]}).to_arrow_table()

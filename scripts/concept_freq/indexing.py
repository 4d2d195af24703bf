"""Captions to a positional text index in DuckDB, and concept hits from it (DESIGN: counting modes)."""

import tempfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from concept_freq.database import FOLDED_SQL, sql_text
from concept_freq.lexicon import Form
from concept_freq.nouns import load_tagger, nouns_of
from concept_freq.tables import SCHEMAS, atomic_path
from concept_freq.text import POSSESSIVE, TOKEN, fold, lemma

BATCH, BATCH_BYTES = 1 << 15, 1 << 21  # captions, and bytes of them, that are cut into tokens at once
FEW_LEMMAS = 50  # so few are named in the query, where they skip most of the index
TOKENS_SQL = f"""
create or replace temp table tokens as
with folded as (select shard, row, {FOLDED_SQL} as caption from captions),
split as (select shard, row, regexp_extract_all(caption, $token) as list from folded)
select shard, row, unnest(list) as token, (generate_subscripts(list, 1) - 1)::uinteger as position from split
"""
RUN_SQL = """
copy (select lemma, shard, row, position from tokens join lexicon using (token) order by lemma)
to '{path}' (format parquet, row_group_size 16384)
"""
# Runs are sorted by lemma, so each range of lemmas is read from a part of each run.
RANGE_SQL = """
select lemma, shard, row, position from read_parquet($runs) where lemma >= $low and ($high is null or lemma < $high)
order by lemma, shard, row, position
"""
RANGE = 250_000  # postings that are sorted at once
ROW_GROUP = 16_384  # postings that a query reads at least
PART = 2_000_000  # postings of concepts that are joined at once: more would not fit the memory at hand
# Concepts in parts of about PART postings; all forms of a concept are in one part, so that none is counted twice.
PARTS_SQL = """
with counted as (select lemma, count(*) as n from postings_wanted semi join form_lemmas using (lemma) group by lemma),
weighed as (select concept_id, sum(n) as n from form_lemmas join counted using (lemma) group by concept_id),
placed as (select concept_id, (sum(n) over (order by concept_id) / $part)::int as part from weighed)
select min(concept_id), max(concept_id) from placed group by part order by part
"""
# A form stands at ``start`` if each of its lemmas i is found at start + i.
PHRASE_SQL = """
select distinct concept_id, shard, row from (
    select form, any_value(concept_id) as concept_id, shard, row
    from postings_wanted join form_lemmas using (lemma) where concept_id between $first and $last
    group by form, shard, row, position::int - i having count(*) = any_value(length)
)
"""
UNIGRAM_SQL = """
select distinct concept_id, shard, row from (
    select form, any_value(concept_id) as concept_id, shard, row
    from postings_wanted join (select distinct form, concept_id, lemma, terms from form_lemmas) using (lemma)
    where concept_id between $first and $last
    group by form, shard, row having count(distinct lemma) = any_value(terms)
)
"""


def read_captions(captions: Path) -> Iterator[pa.RecordBatch]:
    """Shard, row and caption of a captions file in batches of bounded length, however long its captions are."""
    with pq.ParquetFile(captions, pre_buffer=False, buffer_size=1 << 20) as file:
        for batch in file.iter_batches(BATCH, columns=["shard", "row", "caption"]):
            lengths = pc.binary_length(batch["caption"]).fill_null(0).to_numpy()
            parts = np.cumsum(lengths, dtype=np.int64) // BATCH_BYTES
            starts = [0, *(np.flatnonzero(np.diff(parts)) + 1), len(batch)]
            yield from (batch.slice(i, j - i) for i, j in pairwise(starts))


def only_nouns(batches: Iterable[pa.RecordBatch], model: str) -> Iterator[pa.RecordBatch]:
    """The same with nothing left of the captions but the nouns that a spaCy model finds."""
    tagger = load_tagger(model)
    for batch in batches:
        kept = pa.array(nouns_of(batch["caption"].to_pylist(), tagger), pa.string())
        yield batch.set_column(2, "caption", kept)


def write_run(db: duckdb.DuckDBPyConnection, captions: pa.RecordBatch, path: Path) -> None:
    """Write the postings of a batch of captions, sorted by lemma."""
    db.register("captions", pa.Table.from_batches([captions]))
    db.execute(TOKENS_SQL, {"possessive": POSSESSIVE, "token": TOKEN})
    vocabulary = [token for (token,) in db.execute("select distinct token from tokens").fetchall()]
    lexicon = {"token": pa.array(vocabulary, pa.string()), "lemma": pa.array(map(lemma, vocabulary), pa.string())}
    db.register("lexicon", pa.table(lexicon))
    db.execute(RUN_SQL.format(path=sql_text(path)))


def lemma_ranges(db: duckdb.DuckDBPyConnection, runs: list[str]) -> list[str]:
    """Lemmas at which to cut the postings into parts of about RANGE, the first being ''."""
    rows = db.execute("select count(*) from read_parquet($runs)", {"runs": runs}).fetchall()[0][0]
    cuts = [i * RANGE / rows for i in range(1, -(-rows // RANGE))]
    if not cuts:
        return [""]
    sql = "select quantile_disc(lemma, $cuts) from read_parquet($run)"  # one run shows how lemmas are spread
    return ["", *sorted(set(db.execute(sql, {"cuts": cuts, "run": runs[0]}).fetchall()[0][0]))]


def sorted_postings(db: duckdb.DuckDBPyConnection, runs: list[str]) -> Iterator[pa.Table]:
    """All postings in order, in tables of a bounded size."""
    lows = lemma_ranges(db, runs)
    for low, high in zip(lows, [*lows[1:], None], strict=True):
        found = db.sql(RANGE_SQL, params={"runs": runs, "low": low, "high": high})
        for batch in found.to_arrow_reader(ROW_GROUP):
            yield pa.Table.from_batches([batch])


def build_index(db: duckdb.DuckDBPyConnection, captions: Path, index: Path, nouns_by: str | None = None) -> None:
    """Write the positional index (schema ``text_index``) of a captions file, sorted by lemma, shard, row, position.

    Batches become runs on disk, sorted and then merged range by range, so that memory does not grow with the captions.
    """
    schema = pa.schema(SCHEMAS["text_index"].items())
    encoding = dict.fromkeys(("row", "position"), "DELTA_BINARY_PACKED")
    options = {"compression": "zstd", "use_dictionary": ["lemma", "shard"], "column_encoding": encoding}
    db.create_function("fold", fold, ["VARCHAR"], "VARCHAR")
    with atomic_path(index) as temporary, tempfile.TemporaryDirectory() as folder:
        batches = read_captions(captions)
        for i, batch in enumerate(only_nouns(batches, nouns_by) if nouns_by else batches):
            write_run(db, batch, Path(folder) / f"{i:06d}.parquet")
        runs = sorted(map(str, Path(folder).iterdir()))
        with pq.ParquetWriter(temporary, schema, **options) as writer:
            for table in sorted_postings(db, runs) if runs else []:
                writer.write_table(table.cast(schema), row_group_size=ROW_GROUP)


def register_forms(db: duckdb.DuckDBPyConnection, forms: list[Form]) -> None:
    """Register the lemmas of each concept's forms as the table ``form_lemmas``."""
    rows = [
        {
            "form": n,
            "concept_id": concept_id,
            "i": i,
            "lemma": term,
            "length": len(terms),
            "terms": len(set(terms)),
        }
        for n, (terms, concept_id) in enumerate(forms)
        for i, term in enumerate(terms)
    ]
    db.register("form_lemmas", pa.Table.from_pylist(rows))


def wanted_postings(db: duckdb.DuckDBPyConnection, indices: list[Path]) -> None:
    """Create the view ``postings_wanted``: the postings of these indices, of few lemmas only those."""
    lemmas = [lemma for (lemma,) in db.execute("select distinct lemma from form_lemmas order by lemma").fetchall()]
    named = ", ".join(f"'{sql_text(lemma)}'" for lemma in lemmas)
    files = ", ".join(f"'{sql_text(index)}'" for index in indices)
    only = f" where lemma in ({named})" if 0 < len(lemmas) <= FEW_LEMMAS else ""
    db.execute(f"create or replace temp view postings_wanted as select * from read_parquet([{files}]){only}")


def create_hits(db: duckdb.DuckDBPyConnection, indices: list[Path], mode: str, name: str) -> None:
    """Create the table ``name`` of (concept_id, shard, row) where a caption names a concept under ``mode``.

    ``unigram_spacy`` is ``unigram`` on an index of nouns.
    """
    wanted_postings(db, indices)
    sql = PHRASE_SQL if mode == "phrase" else UNIGRAM_SQL
    db.execute(f"create temp table {name} as {sql} limit 0", {"first": 0, "last": 0})
    for first, last in db.execute(PARTS_SQL, {"part": PART}).fetchall():
        db.execute(f"insert into {name} {sql}", {"first": first, "last": last})

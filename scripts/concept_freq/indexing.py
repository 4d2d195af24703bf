"""Captions to a positional text index in DuckDB, and concept hits from it (DESIGN: counting modes)."""

from pathlib import Path

import duckdb
import pyarrow as pa

from concept_freq.tables import atomic_path
from concept_freq.text import POSSESSIVE, TOKEN, fold, lemma

MODES = ("phrase", "unigram")
# Only captions beyond ASCII need Python's Unicode rules; the others are folded inside DuckDB.
TOKENS_SQL = """
create temp table tokens as
with folded as (
    select shard, row, case when regexp_full_match(caption, '[\\x00-\\x7F]*')
        then regexp_replace(lower(caption), $possessive, '', 'g') else fold(caption) end as caption
    from read_parquet($captions)
), split as (select shard, row, regexp_extract_all(caption, $token) as list from folded)
select shard, row, unnest(list) as token, (generate_subscripts(list, 1) - 1)::usmallint as position from split
"""
INDEX_SQL = """
copy (
    select lemma, shard, row, position from tokens join lexicon using (token)
    order by lemma, shard, row, position
) to '{path}' (format parquet, compression zstd, parquet_version v2, row_group_size 16384)
"""
# A form stands at ``start`` if each of its lemmas i is found at start + i.
PHRASE_SQL = """
select distinct concept_id, shard, row from (
    select form, any_value(concept_id) as concept_id, shard, row
    from read_parquet($index) join form_lemmas using (lemma)
    group by form, shard, row, position::int - i having count(*) = any_value(length)
)
"""
UNIGRAM_SQL = """
select distinct concept_id, shard, row from (
    select form, any_value(concept_id) as concept_id, shard, row
    from read_parquet($index) join (select distinct form, concept_id, lemma, terms from form_lemmas) using (lemma)
    group by form, shard, row having count(distinct lemma) = any_value(terms)
)
"""


def connect(threads: int = 1) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB of so many threads."""
    return duckdb.connect(config={"threads": threads})


def build_index(db: duckdb.DuckDBPyConnection, captions: Path, index: Path) -> None:
    """Write the positional index (schema ``text_index``) of a captions file, sorted by lemma, shard, row, position."""
    db.create_function("fold", fold, ["VARCHAR"], "VARCHAR")
    db.execute(
        TOKENS_SQL,
        {"captions": str(captions), "possessive": POSSESSIVE, "token": TOKEN},
    )
    vocabulary = [token for (token,) in db.execute("select distinct token from tokens order by token").fetchall()]
    lexicon = pa.table(
        {
            "token": pa.array(vocabulary, pa.string()),
            "lemma": pa.array(map(lemma, vocabulary), pa.string()),
        }
    )
    db.register("lexicon", lexicon)
    with atomic_path(index) as temporary:
        db.execute(INDEX_SQL.format(path=str(temporary).replace("'", "''")))


def register_forms(db: duckdb.DuckDBPyConnection, forms: dict[tuple[str, ...], int]) -> None:
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
        for n, (terms, concept_id) in enumerate(forms.items())
        for i, term in enumerate(terms)
    ]
    db.register("form_lemmas", pa.Table.from_pylist(rows))


def create_hits(db: duckdb.DuckDBPyConnection, indices: list[Path], mode: str, name: str) -> None:
    """Create the table ``name`` of (concept_id, shard, row) where a caption names a concept under ``mode``."""
    sql = {"phrase": PHRASE_SQL, "unigram": UNIGRAM_SQL}[mode]
    db.execute(f"create temp table {name} as {sql}", {"index": list(map(str, indices))})

"""Captions to a positional text index in DuckDB, and concept hits from it (DESIGN: counting modes)."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from concept_freq.lexicon import Form
from concept_freq.nouns import load_tagger, nouns_of
from concept_freq.tables import atomic_path
from concept_freq.text import POSSESSIVE, TOKEN, fold, lemma

# Only captions beyond ASCII need Python's Unicode rules; the others are folded inside DuckDB.
TOKENS_SQL = """
create temp table tokens as
with folded as (
    select shard, row, case when regexp_full_match(caption, '[\\x00-\\x7F]*')
        then regexp_replace(lower(caption), $possessive, '', 'g') else fold(caption) end as caption
    from captions
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


def read_captions(captions: Path, nouns_by: str | None) -> pa.Table:
    """Shard, row and caption of a captions file; of the caption only its nouns where a spaCy model is given."""
    table = pq.read_table(captions, columns=["shard", "row", "caption"])
    if nouns_by:
        kept = nouns_of(table["caption"].to_pylist(), load_tagger(nouns_by))
        table = table.set_column(2, "caption", pa.array(kept, pa.string()))
    return table


def build_index(db: duckdb.DuckDBPyConnection, captions: Path, index: Path, nouns_by: str | None = None) -> None:
    """Write the positional index (schema ``text_index``) of a captions file, sorted by lemma, shard, row, position."""
    db.create_function("fold", fold, ["VARCHAR"], "VARCHAR")
    db.register("captions", read_captions(captions, nouns_by))
    db.execute(TOKENS_SQL, {"possessive": POSSESSIVE, "token": TOKEN})
    vocabulary = [token for (token,) in db.execute("select distinct token from tokens order by token").fetchall()]
    lexicon = {"token": pa.array(vocabulary, pa.string()), "lemma": pa.array(map(lemma, vocabulary), pa.string())}
    db.register("lexicon", pa.table(lexicon))
    with atomic_path(index) as temporary:
        db.execute(INDEX_SQL.format(path=str(temporary).replace("'", "''")))


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


def create_hits(db: duckdb.DuckDBPyConnection, indices: list[Path], mode: str, name: str) -> None:
    """Create the table ``name`` of (concept_id, shard, row) where a caption names a concept under ``mode``.

    ``unigram_spacy`` is ``unigram`` on an index of nouns.
    """
    sql = PHRASE_SQL if mode == "phrase" else UNIGRAM_SQL
    db.execute(f"create temp table {name} as {sql}", {"index": list(map(str, indices))})

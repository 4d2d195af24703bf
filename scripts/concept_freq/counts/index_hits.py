"""Concept hits from a positional text index, in pieces of bounded memory (DESIGN: counting modes)."""

from pathlib import Path

import duckdb
import pyarrow as pa

from concept_freq.counts.lexicon import Form
from concept_freq.io.duck import sql_text

FEW_LEMMAS = 50  # so few are named in the query, where they skip most of the index
PIECE = 10_000_000  # postings whose captions are counted at once: hits of more would not fit the memory at hand
SHARDS_SQL = "select shard, count(*), max(row) from read_parquet($indices) group by shard order by shard"
# A form stands at ``start`` if each of its lemmas i is found at start + i.
PHRASE_SQL = """
select distinct concept_id, shard, row from (
    select form, any_value(concept_id) as concept_id, shard, row
    from postings_wanted join form_lemmas using (lemma)
    group by form, shard, row, position::int - i having count(*) = any_value(length)
)
"""
UNIGRAM_SQL = """
select distinct concept_id, shard, row from (
    select form, any_value(concept_id) as concept_id, shard, row
    from postings_wanted join (select distinct form, concept_id, lemma, terms from form_lemmas) using (lemma)
    group by form, shard, row having count(distinct lemma) = any_value(terms)
)
"""


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


def pieces(db: duckdb.DuckDBPyConnection, indices: list[Path]) -> list[str]:
    """SQL conditions that cut the captions of these indices into pieces of about PIECE postings.

    A piece is a run of whole shards, or of a large shard's rows; each caption lies in exactly one.
    """
    found: list[str] = []
    runs: dict[int, list[str]] = {}
    filled = 0
    for shard, postings, last_row in db.execute(SHARDS_SQL, {"indices": list(map(str, indices))}).fetchall():
        if postings > PIECE:
            step = last_row * PIECE // postings + 1
            found += [
                f"shard = '{sql_text(shard)}' and row between {first} and {first + step - 1}"
                for first in range(0, last_row + 1, step)
            ]
            continue
        runs.setdefault(filled // PIECE, []).append(f"'{sql_text(shard)}'")
        filled += postings
    return found + [f"shard in ({', '.join(shards)})" for shards in runs.values()]


def wanted_postings(db: duckdb.DuckDBPyConnection, indices: list[Path], piece: str = "true") -> None:
    """Create the view ``postings_wanted``: the postings of a piece of these indices, of few lemmas only those."""
    lemmas = [lemma for (lemma,) in db.execute("select distinct lemma from form_lemmas order by lemma").fetchall()]
    named = ", ".join(f"'{sql_text(lemma)}'" for lemma in lemmas)
    files = ", ".join(f"'{sql_text(index)}'" for index in indices)
    only = f"lemma in ({named})" if 0 < len(lemmas) <= FEW_LEMMAS else "true"
    sql = f"select * from read_parquet([{files}]) where {only} and {piece}"
    db.execute(f"create or replace temp view postings_wanted as {sql}")


def create_hits(db: duckdb.DuckDBPyConnection, indices: list[Path], mode: str, name: str, piece: str = "true") -> None:
    """Create the table ``name`` of (concept_id, shard, row) where a caption of the piece names a concept.

    Mode ``unigram_spacy`` is ``unigram`` on an index of nouns.
    """
    wanted_postings(db, indices, piece)
    db.execute(f"create or replace temp table {name} as {PHRASE_SQL if mode == 'phrase' else UNIGRAM_SQL}")

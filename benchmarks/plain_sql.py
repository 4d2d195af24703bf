"""The pass of counts.caption_hits in plain DuckDB: a check on the compiled one, a yardstick in the benchmark."""

from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa

from concept_freq.counts.lexicon import Form, distinct_forms, key_of
from concept_freq.io.duck import FOLDED_SQL, at_limits
from concept_freq.text.fold import TOKEN, fold
from concept_freq.text.lemmas import tokens_of

# Only tokens that a form uses go on.
TERMS_SQL = f"""
create or replace temp table terms as
with folded as (select row, {FOLDED_SQL} as caption from captions),
split as (select row, regexp_extract_all(caption, $token) as list from folded)
select row, lemma, position from (
    select row, unnest(list) as token, generate_subscripts(list, 1)::int as position from split
) join lexicon using (token)
"""
SINGLE_SQL = "select distinct row, concept_id from terms join keys using (lemma) where length = 1"
# A form is looked for where its key stands, and counts if its other lemmas stand where they should.
PHRASE_SQL = """
select distinct row, concept_id from (
    select row, form, start, any_value(concept_id) as concept_id
    from (
        select row, form, concept_id, length, position - i as start from terms join keys using (lemma) where length > 1
    ) join others using (form) join terms using (row, lemma) where position = start + others.i
    group by row, form, start having count(*) = any_value(length) - 1
)
"""
UNIGRAM_SQL = """
select distinct row, concept_id from (
    select row, form, any_value(concept_id) as concept_id
    from (select distinct row, form, concept_id, length from terms join keys using (lemma) where length > 1)
    join others using (form) join (select distinct row, lemma from terms) using (row, lemma)
    group by row, form having count(*) = any_value(length) - 1
)
"""


class SqlMatcher:
    """Forms as tables of one connection; ``match`` gives the hits of a batch of captions."""

    def __init__(self, forms: list[Form], mode: str) -> None:
        self.db = duckdb.connect(config={"threads": 1})
        self.db.create_function("fold", fold, ["VARCHAR"], "VARCHAR")
        self.several = PHRASE_SQL if mode == "phrase" else UNIGRAM_SQL
        distinct, forms_with = distinct_forms(forms, mode)
        numbers = {term: n for n, term in enumerate(sorted(forms_with))}
        lexicon = tokens_of(set(numbers))
        keys, others = [], []
        for form, (terms, concept) in enumerate(distinct):
            key = key_of(terms, forms_with)
            lemmas = [numbers[term] for term in terms]
            keys.append({"form": form, "concept_id": concept, "i": key, "lemma": lemmas[key], "length": len(terms)})
            others += [{"form": form, "i": i, "lemma": n} for i, n in enumerate(lemmas) if i != key]
        self.create("lexicon", pa.table({"token": list(lexicon), "lemma": [numbers[n] for n in lexicon.values()]}))
        self.create("keys", pa.Table.from_pylist(keys))
        self.create(
            "others", pa.Table.from_pylist(others, pa.schema(dict.fromkeys(("form", "i", "lemma"), pa.int64())))
        )

    def create(self, name: str, table: pa.Table) -> None:
        """Copy a table into DuckDB."""
        self.db.register("given", table)
        self.db.execute(f"create temp table {name} as select * from given")

    def match(self, captions: pa.Table | pa.RecordBatch) -> pa.Table:
        """Hits (row, concept_id) of captions (row, caption), every pair once."""
        self.db.register("captions", captions)
        self.db.execute(TERMS_SQL, {"token": TOKEN})
        return self.db.sql(f"{SINGLE_SQL} union {self.several}").to_arrow_table()

    def count(self, captions: str | Path, tags: str | Path, thresholds: list[float]) -> tuple[dict, dict]:
        """Text counts by concept, and matched counts at each threshold, of files sorted by shard."""
        text, matched = Counter(), Counter()
        shards = self.db.execute(
            "select distinct shard from read_parquet($c) order by 1", {"c": str(captions)}
        ).fetchall()
        counted = f"select concept_id, [{at_limits(thresholds)}] from hits join"
        for (shard,) in shards:
            given = {"c": str(captions), "s": shard}
            sql = "select row, caption from read_parquet($c) where shard = $s"
            self.db.register("hits", self.match(self.db.sql(sql, params=given).to_arrow_table()))
            text.update(dict(self.db.execute("select concept_id, count(*) from hits group by 1").fetchall()))
            tagged = "(select row, concept_id, probability from read_parquet($t) where shard = $s)"
            sql = f"{counted} {tagged} using (row, concept_id) group by 1"
            for concept, counts in self.db.execute(sql, {"t": str(tags), "s": shard}).fetchall():
                matched.update({(concept, t): n for t, n in enumerate(counts)})
        return text, matched

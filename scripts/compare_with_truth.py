"""Compare a composed dataset's estimated counts with what was planted: per concept, and hit by hit.

This is the only step, with the figure and checks made from it, that reads the truth.
"""

import argparse
from pathlib import Path

import duckdb
import pyarrow as pa

from concept_freq.counts.chunk import MISALIGNED_SQL, create_tags
from concept_freq.counts.index_hits import create_hits, register_forms
from concept_freq.counts.thresholds import add_threshold_options, limit_of
from concept_freq.io.duck import connect
from concept_freq.io.listed import require_list
from concept_freq.io.parquet import verify
from concept_freq.io.tables import write_parquet
from concept_freq.text.concepts import caption_forms, read_concepts

TRUTH_SQL = """
create temp table {name} as
select concept_id, shard, row from read_parquet($truth) join concept_ids using (concept) where {condition}
"""
COMPARE_SQL = """
with estimated as (select concept_id, count(*) as n from {found} group by all),
planted as (select concept_id, count(*) as n from {true} group by all),
correct as (select concept_id, count(*) as n from {found} join {true} using (concept_id, shard, row) group by all)
select concept, $kind as count_type, coalesce(planted.n, 0) as planted, coalesce(estimated.n, 0) as estimated,
    coalesce(correct.n, 0) as correct
from concept_ids left join planted using (concept_id) left join estimated using (concept_id)
    left join correct using (concept_id) order by concept
"""


def create_truth(db: duckdb.DuckDBPyConnection, truth: list[str]) -> None:
    """Create the planted (concept_id, shard, row): in the caption, in the picture, in both."""
    conditions = {
        "text": "in_caption",
        "image": "in_picture",
        "matched": "in_caption and in_picture",
    }
    for kind, condition in conditions.items():
        db.execute(TRUTH_SQL.format(name=f"true_{kind}", condition=condition), {"truth": truth})


def compare(db: duckdb.DuckDBPyConnection) -> pa.Table:
    """Planted, estimated and correct hits of each concept and count type."""
    db.execute(
        "create temp table found_matched as select * from found_text join found_image using (concept_id, shard, row)"
    )
    tables = [
        db.sql(COMPARE_SQL.format(found=f"found_{kind}", true=f"true_{kind}"), params={"kind": kind}).to_arrow_table()
        for kind in ("text", "image", "matched")
    ]
    return pa.concat_tables(tables)


def misaligned(db: duckdb.DuckDBPyConnection, side: str) -> int:
    """Misaligned samples by the planted (``true``) or estimated (``found``) content."""
    return db.execute(MISALIGNED_SQL.format(text=f"{side}_text", image=f"{side}_image")).fetchone()[1]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pretraining", required=True)
    parser.add_argument("--index", type=Path, nargs="+", required=True)
    parser.add_argument("--tags", type=Path, nargs="+", required=True)
    parser.add_argument("--truth", type=Path, nargs="+", required=True)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--mode", required=True)
    add_threshold_options(parser)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    require_list(args.tags, args.concepts)
    verify([*args.index, *args.tags, *args.truth])
    concepts = read_concepts(args.concepts)
    ids = {concept.name: i for i, concept in enumerate(concepts)}
    db = connect(args.threads)
    db.register(
        "concept_ids",
        pa.table({"concept": list(ids), "concept_id": pa.array(ids.values(), pa.int64())}),
    )
    register_forms(db, caption_forms(concepts))
    create_hits(db, args.index, args.mode, "found_text")
    create_tags(db, args.tags, limit_of(args.threshold, args.threshold_rule), "found_image")
    create_truth(db, [str(path) for path in args.truth])
    table = compare(db)
    for side, name in (
        ("true", "planted_misaligned"),
        ("found", "estimated_misaligned"),
    ):
        table = table.append_column(name, pa.array([misaligned(db, side)] * len(table), pa.int64()))
    table = table.append_column("pretraining", pa.array([args.pretraining] * len(table)))
    write_parquet(table, args.out)


if __name__ == "__main__":
    main()

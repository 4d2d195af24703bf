"""Ask how often any phrase occurs: in captions, in pictures, in both; where that stands, and example captions.

    python scripts/query.py "golden retriever" --examples 3

Captions are answered from the text index for any phrase at all. Pictures are tagged with the listed concepts only, so
for another phrase their counts are unknown.
"""

import argparse
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd
import yaml

from concept_freq.counts.index_hits import create_hits, register_forms
from concept_freq.counts.lexicon import MODES, forms_of
from concept_freq.counts.thresholds import RULES, limit_of
from concept_freq.io.duck import at_limits, connect
from concept_freq.io.listed import require_list
from concept_freq.text.concepts import Concept, lemma_forms, read_concepts

EXAMPLES_SQL = """
select caption from read_parquet($captions) join (select shard, row from hits order by hash(shard || row) limit $n)
using (shard, row) order by caption
"""
BOTH_SQL = """
select {columns}, count(*) filter (probability >= {limit} and (shard, row) in (select (shard, row) from hits))
from read_parquet($tags) where concept_id = $concept
"""


def concept_of(phrase: str, concepts: list[Concept]) -> int | None:
    """Number of the listed concept that has this phrase as a form."""
    owner = lemma_forms(concepts).get(forms_of([(phrase,)])[0][0])
    return next((i for i, concept in enumerate(concepts) if concept.name == owner), None)


def files(results: Path, kind: str, pretraining: str) -> list[str]:
    """Chunk files of a kind, as DuckDB wants them."""
    return [str(path) for path in sorted((results / kind / pretraining).glob("*.parquet"))]


def picture_counts(db: duckdb.DuckDBPyConnection, tags: list[str], concept: int | None, limit: float) -> list:
    """Image and matched counts of a listed concept; None for both where it is not listed or not tagged."""
    if concept is None or not tags:
        return [None, None]
    sql = BOTH_SQL.format(columns=at_limits([limit]), limit=limit)
    return list(db.execute(sql, {"tags": tags, "concept": concept}).fetchone())


def standing(n: int, counts: Path) -> str:
    """Where a text count stands among the listed concepts."""
    known = pd.read_parquet(counts).n_text.dropna()
    return f"more than {(known < n).mean():.0%} of the {len(known)} listed concepts"


def listed_as(name: str, counts: Path) -> str:
    """The counts of the listed concept that the phrase names, its aliases included."""
    row = pd.read_parquet(counts).set_index("concept").loc[name]
    sides = (("captions", "n_text"), ("pictures", "n_image"), ("both", "n_matched"))
    known = [f"{row[column]:,.0f} in {side}" for side, column in sides if pd.notna(row[column])]
    return f"{name}, aliases included: {', '.join(known)}"


def ask(args: argparse.Namespace, results: Path, pretraining: str, concepts: list[Concept], limit: float) -> str:
    """The answer for one dataset, in lines."""
    indices = files(results, "text_index", pretraining)
    db = connect()
    start = time.perf_counter()
    register_forms(db, forms_of([(args.phrase,)]))
    create_hits(db, [Path(index) for index in indices], args.mode, "hits")
    n_text = db.execute("select count(*) from hits").fetchone()[0]
    tags = files(results, "image_tags", pretraining)
    listed = concept_of(args.phrase, concepts)
    n_image, n_matched = picture_counts(db, tags, listed, limit)
    took = 1000 * (time.perf_counter() - start)
    unknown = "unknown (not a listed concept)"
    lines = [f"{pretraining}: {len(indices)} chunks, {took:.0f} ms"]
    lines += [f"  in captions  {n_text:,}", f"  in pictures  {unknown if n_image is None else format(n_image, ',')}"]
    lines += [f"  in both      {unknown if n_matched is None else format(n_matched, ',')}"]
    counts = results / "counts" / f"{pretraining}.parquet"
    lines += [f"  standing     {standing(n_text, counts)}"] if counts.exists() else []
    if listed is not None and counts.exists():
        lines.append(f"  listed as    {listed_as(concepts[listed].name, counts)}")
    captions = files(results, "captions", pretraining)
    found = db.execute(EXAMPLES_SQL, {"captions": captions, "n": args.examples}).fetchall() if args.examples else []
    return "\n".join([*lines, *(f"  | {caption}" for (caption,) in found)])


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("phrase")
    parser.add_argument("--pretraining", help="dataset; all that are indexed if not given")
    parser.add_argument("--mode", choices=MODES[:2], default="phrase")
    parser.add_argument("--examples", type=int, default=0, metavar="N", help="captions to show")
    parser.add_argument("--config", type=Path, default=Path("config/config.yaml"))
    args = parser.parse_args()
    if not args.config.exists():
        sys.exit(f"{args.config}: no such config; call this where the workflow runs, or give --config")
    config = yaml.safe_load(args.config.read_text(encoding="utf-8"))
    results = Path(config.get("pathvars", {}).get("results", "results"))
    indexed = sorted(path.name for path in (results / "text_index").glob("*") if any(path.glob("*.parquet")))
    if not forms_of([(args.phrase,)]):
        sys.exit(f"{args.phrase!r} holds no letter or digit, so no caption can name it")
    if not indexed or (args.pretraining and args.pretraining not in indexed):
        sys.exit(f"{results}/text_index: no index of {args.pretraining or 'any dataset'}; indexed: {indexed}")
    concepts = read_concepts(Path(config["concepts"]))
    for pretraining in [args.pretraining] if args.pretraining else indexed:
        require_list(map(Path, files(results, "image_tags", pretraining)), Path(config["concepts"]))
    counting = config["counting"]
    limit = limit_of(counting["thresholds"][0], counting.get("threshold_rule", RULES[0]))
    for pretraining in [args.pretraining] if args.pretraining else indexed:
        print(ask(args, results, pretraining, concepts, limit))


if __name__ == "__main__":
    main()

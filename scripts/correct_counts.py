"""Correct image counts for the tagger's errors, and tell an absent concept from one that cannot be detected.

The first pictures of a dataset serve as the labelled sample: precision and recall per concept come from them, with
Wilson intervals, and the corrected counts of the whole dataset. Where everything was planted, the planted count of all
pictures stands beside them; it is used for nothing else.
"""

import argparse
from pathlib import Path

import duckdb
import pandas as pd

from concept_freq.analysis.intervals import wilson
from concept_freq.counts.thresholds import add_threshold_options, limit_of
from concept_freq.io.duck import connect
from concept_freq.io.listed import require_list
from concept_freq.io.parquet import read_frame, verify
from concept_freq.io.tables import write_csv
from concept_freq.tags.correction import Labelled, correct
from concept_freq.text.concepts import read_concepts

SAMPLE_SQL = "select count(distinct row) from read_parquet($truth) where shard = $shard and row < $row"
# The labelled sample are the first pictures of the first shard; every picture of a composed dataset shows something.
PER_CONCEPT_SQL = """
with tags as (select shard, row, concept_id::int as id from read_parquet($tags) where probability >= $limit),
truth as (
    select shard, row, concept_id as id from read_parquet($truth) join concept_ids using (concept) where in_picture
),
early as (select id, count(*) as n from tags where (shard, row) < ($shard, $row) group by id),
early_truth as (select id, count(*) as n from truth where (shard, row) < ($shard, $row) group by id),
agreed as (
    select id, count(*) as n from tags join truth using (shard, row, id) where (shard, row) < ($shard, $row) group by id
),
all_tags as (select id, count(*) as n from tags group by id),
all_truth as (select id, count(*) as n from truth group by id)
select concept, coalesce(early.n, 0) as tagged, coalesce(early_truth.n, 0) as shown, coalesce(agreed.n, 0) as hits,
    coalesce(all_tags.n, 0) as n_image, coalesce(all_truth.n, 0) as planted
from concept_ids c left join early on c.concept_id = early.id left join early_truth on c.concept_id = early_truth.id
    left join agreed on c.concept_id = agreed.id left join all_tags on c.concept_id = all_tags.id
    left join all_truth on c.concept_id = all_truth.id order by c.concept_id
"""


def verdict(row: pd.Series) -> str:
    """What a count says about a concept."""
    if not row.detectable:
        return "cannot be detected"
    return "present" if row.ci_low >= 1 else "absent or rare"


def measure(db: duckdb.DuckDBPyConnection, args: argparse.Namespace) -> tuple[pd.DataFrame, int]:
    """Tags and truth of each concept, in the labelled sample and in all; and the sample's pictures, however many."""
    names = [concept.name for concept in read_concepts(args.concepts)]
    db.register("concept_ids", pd.DataFrame({"concept": names, "concept_id": range(len(names))}))
    files = {"tags": list(map(str, args.tags)), "truth": list(map(str, args.truth))}
    first = min(path.stem for path in args.truth)
    where = {"limit": limit_of(args.threshold, args.threshold_rule), "shard": first, "row": args.labelled}
    sample = db.execute(SAMPLE_SQL, {key: {**files, **where}[key] for key in ("truth", "shard", "row")}).fetchall()
    return db.execute(PER_CONCEPT_SQL, {**files, **where}).df(), sample[0][0]


def corrected(table: pd.DataFrame, sample: int, n: int, draws: int, seed: int) -> pd.DataFrame:
    """Add the corrected counts of ``n`` pictures, the tagger's precision and recall in the sample, and the verdict."""
    labelled = Labelled(
        hits=table.hits.to_numpy(),
        misses=(table.shown - table.hits).to_numpy(),
        false_alarms=(table.tagged - table.hits).to_numpy(),
        rejections=(sample - table.shown - table.tagged + table.hits).to_numpy(),
    )
    columns = correct(table.n_image.to_numpy(), n, labelled, draws, seed)
    table = table.assign(**dict(zip(("n_corrected", "ci_low", "ci_high", "detectable"), columns, strict=True)))
    for name, of in (("precision", "tagged"), ("recall", "shown")):
        rates = [wilson(hits, trials) for hits, trials in zip(table.hits, table[of], strict=True)]
        table[[name, f"{name}_low", f"{name}_high"]] = rates
    return table.assign(verdict=table.apply(verdict, axis=1)).drop(columns="detectable")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pretraining", required=True)
    parser.add_argument("--tags", type=Path, nargs="+", required=True)
    parser.add_argument("--histograms", type=Path, nargs="+", required=True)
    parser.add_argument("--truth", type=Path, nargs="+", required=True, help="what the pictures show")
    parser.add_argument("--concepts", type=Path, required=True)
    add_threshold_options(parser)
    parser.add_argument("--labelled", type=int, required=True, help="pictures of the first shard taken as labelled")
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    """Command line entry point."""
    args = arguments()
    require_list(args.tags, args.concepts)
    verify([*args.tags, *args.truth])
    require_list(args.histograms, args.concepts)
    table, sample = measure(connect(), args)
    histograms = pd.concat([read_frame(path) for path in args.histograms])
    n = int(histograms[histograms.concept_id == 0].n.sum())
    table = corrected(table, sample, n, args.draws, args.seed)
    table.insert(0, "pretraining", args.pretraining)
    table.insert(2, "n_pictures", n)
    covered = ((table.ci_low <= table.planted) & (table.planted <= table.ci_high)).mean()
    write_csv(table, args.out)
    print(f"{args.pretraining}: {covered:.1%} of the intervals hold the planted count")


if __name__ == "__main__":
    main()

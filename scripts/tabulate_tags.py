"""Tabulate how many tags a picture carries, by dataset, and flag a tagger that sees half the list everywhere.

Flagged: the median picture carries more tags than a tenth of the list and ten, or than half of a short list. Counts of
such a tagger look normal (matched counts come out as text counts), and mean nothing.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from concept_freq.counts.thresholds import add_threshold_options, limit_of
from concept_freq.io.duck import connect
from concept_freq.io.listed import require_list
from concept_freq.io.tables import conform, write_csv
from concept_freq.text.concepts import read_concepts

PER_PICTURE_SQL = """
select n, count(*) from (
    select count(*) as n from read_parquet($tags) where probability >= $limit group by shard, row
) group by n
"""
PICTURES_SQL = "select coalesce(sum(n), 0)::bigint from read_parquet($histograms) where concept_id = 0"


def tags_per_picture(tags: list[Path], histograms: list[Path], limit: float, n_concepts: int) -> np.ndarray:
    """How many pictures carry 0, 1, ... tags of at least ``limit``: (concepts + 1,). A chunk at a time."""
    db, pictures = connect(), np.zeros(n_concepts + 1, np.int64)
    for path in tags:
        for n, found in db.execute(PER_PICTURE_SQL, {"tags": str(path), "limit": limit}).fetchall():
            pictures[n] += found
    tagged = db.execute(PICTURES_SQL, {"histograms": list(map(str, histograms))}).fetchone()[0]
    pictures[0] = tagged - pictures.sum()
    return pictures


def quantile(pictures: np.ndarray, q: float) -> int:
    """Smallest number of tags that a share ``q`` of the pictures does not exceed."""
    return int(np.searchsorted(np.cumsum(pictures), q * pictures.sum()))


def most_expected(n_concepts: int) -> float:
    """Tags beyond which the median picture is not believed."""
    return min(max(0.1 * n_concepts, 10), 0.5 * n_concepts)


def summarise(pretraining: str, pictures: np.ndarray) -> dict[str, object]:
    """A dataset's row (schema ``tags_per_picture``) from how many pictures carry 0, 1, ... tags."""
    n_pictures, n_concepts = int(pictures.sum()), len(pictures) - 1
    n_tags = int(pictures @ np.arange(n_concepts + 1))
    median, mean = quantile(pictures, 0.5), n_tags / max(n_pictures, 1)
    most = most_expected(n_concepts)
    remark = (
        f"the median picture carries {median} of {n_concepts} concepts, expected are at most {most:g}: image and "
        "matched counts say little; raise counting.thresholds or take another tagger"
    )
    return {
        **{"pretraining": pretraining, "n_pictures": n_pictures, "n_concepts": n_concepts, "n_tags": n_tags},
        **{"mean": mean, "median": median, "p95": quantile(pictures, 0.95), "share_of_list": mean / n_concepts},
        **{"flagged": median > most, "remark": remark if median > most else ""},
    }


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tags", type=Path, nargs="+", required=True, help="PRETRAINING/CHUNK.parquet")
    parser.add_argument("--histograms", type=Path, nargs="+", required=True, help="PRETRAINING/CHUNK.parquet")
    parser.add_argument("--concepts", type=Path, required=True)
    add_threshold_options(parser)
    parser.add_argument("--out", type=Path, required=True, help=".csv")
    args = parser.parse_args()
    require_list([*args.tags, *args.histograms], args.concepts)
    n, limit = len(read_concepts(args.concepts)), limit_of(args.threshold, args.threshold_rule)
    rows = []
    for name in dict.fromkeys(path.parent.name for path in args.tags):
        files = [[path for path in paths if path.parent.name == name] for paths in (args.tags, args.histograms)]
        rows.append(summarise(name, tags_per_picture(*files, limit, n)))
    write_csv(conform(pa.Table.from_pandas(pd.DataFrame(rows)), "tags_per_picture").to_pandas(), args.out)
    for row in rows:
        if row["flagged"]:
            print(f"{row['pretraining']}: {row['remark']}", file=sys.stderr)


if __name__ == "__main__":
    main()

"""Tabulate how often raters recognise generated people, by how often their names occur in captions (paper, Fig. 17).

People are sorted by count into buckets of at least 100 with a clear border, at most 1,000; each bucket's mean rating
is a point at the middle of its counts. The most frequent bucket is left out and five edges divide the rest, as
published; rho over buckets stands beside it.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from concept_freq.analysis.binning import bin_means
from concept_freq.io.tables import write_csv
from concept_freq.released.published import read_json, require

SMALLEST, LARGEST, EDGES = 100, 1000, 5


def bucket_counts(counts: list[int]) -> list[list[int]]:
    """Descending positive counts in buckets that close before a smaller count; an unfinished one is dropped."""
    buckets, bucket = [], []
    for count, following in zip(counts, [*counts[1:], -1], strict=True):
        if count == 0:
            break
        bucket.append(count)
        if (len(bucket) >= SMALLEST and following < count) or len(bucket) >= LARGEST:
            buckets.append(bucket)
            bucket = []
    return buckets


def read_people(names: Path, counts: Path) -> list[int]:
    """Caption counts of people with more than one name, most frequent first."""
    people, numbers = names.read_text(encoding="utf-8").splitlines(), read_json(counts, "a list of counts")
    require(isinstance(numbers, list), counts, "top level", "a list of counts")
    require(len(people) == len(numbers), counts, f"{len(numbers)} counts", f"one for each of {len(people)} names")
    return sorted((n for name, n in zip(people, numbers, strict=True) if " " in name), reverse=True)


def read_ratings(paths: list[Path]) -> dict[int, list[float]]:
    """Ratings (0, 0.5, 1) of each bucket by all raters."""
    ratings: dict[int, list[float]] = {}
    for path in paths:
        rated = read_json(path, "an object of bucket -> list of ratings")
        require(isinstance(rated, dict), path, "top level", "an object of bucket -> list of ratings")
        for bucket, given in rated.items():
            require(set(given) <= {0, 0.5, 1}, path, f"bucket {bucket}", "ratings of 0, 0.5 or 1")
            ratings.setdefault(int(bucket), []).extend(given)
    return ratings


def tabulate(buckets: list[list[int]], ratings: dict[int, list[float]]) -> pd.DataFrame:
    """One row per bucket: middle of its counts, people in it, ratings, their mean."""
    rows = [
        {
            "frequency": (min(b) + max(b)) / 2,
            "n_people": len(b),
            "n_ratings": len(ratings[i]),
            "rating": np.mean(ratings[i]),
        }
        for i, b in enumerate(buckets)
        if ratings.get(i)
    ]
    return pd.DataFrame(rows)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=Path, required=True)
    parser.add_argument("--counts", type=Path, required=True)
    parser.add_argument("--ratings", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    table = tabulate(bucket_counts(read_people(args.names, args.counts)), read_ratings(args.ratings))
    kept = table.iloc[1:]
    bins = bin_means(kept.frequency.to_numpy(), kept.rating.to_numpy(), EDGES)
    found = stats.pearsonr(np.log(bins.edge), bins.mean)
    buckets = stats.pearsonr(np.log(kept.frequency), kept.rating)
    rho = {
        "rho": found.statistic,
        "p_value": found.pvalue,
        "rho_buckets": buckets.statistic,
        "p_buckets": buckets.pvalue,
    }
    data = table.assign(kind="bucket")
    drawn = pd.DataFrame({"kind": "bin", "frequency": bins.edge, "rating": bins.mean, "n_buckets": bins.n})
    write_csv(pd.concat([data, drawn.assign(**rho)], ignore_index=True), args.out, digits=10)


if __name__ == "__main__":
    main()

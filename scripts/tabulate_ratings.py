"""Tabulate how often pairs called misaligned are, and the dataset's true misalignment, as each rater sees it (Table 7).

A pair is misaligned to a rater who says no: the caption names nothing that the picture shows. An 'unclear'
answer counts as not misaligned. The rater ``all`` is what most persons say of each pair.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pandas as pd

from concept_freq.analysis.intervals import stratified, wilson
from concept_freq.io.parquet import read_frame
from concept_freq.io.tables import write_csv
from concept_freq.rating.pairs import PAIR, STRATA
from concept_freq.rating.ratings import KEY, RatingsError, agreement, pooled, read_judgements

SHARE = ("share", "ci_low", "ci_high")
COLUMNS = ["pretraining", "rater", "stratum", "n_pairs", "n_rated", "n_unclear", "n_misaligned", *SHARE]
COLUMNS += ["measured", "planted"]
AGREEMENT = ["pretraining", "first", "second", "n_pairs", "agreement", "agreement_low", "agreement_high"]
AGREEMENT += ["kappa", "kappa_low", "kappa_high"]


def rows_of(rated: pd.DataFrame, sizes: pd.Series, n_samples: int) -> Iterator[dict]:
    """One row per stratum with its Wilson interval, and the row ``all``: the estimate for the whole dataset."""
    counts = pd.DataFrame({"n_pairs": sizes, "n_rated": rated.groupby("stratum").size()})
    for name, answer in (("n_unclear", "unclear"), ("n_misaligned", "no")):
        counts[name] = rated[rated.judgement == answer].groupby("stratum").size()
    counts = counts.fillna(0).astype(int)
    for stratum in counts.itertuples():
        share = wilson(stratum.n_misaligned, stratum.n_rated)
        yield {"stratum": stratum.Index, **stratum._asdict(), **dict(zip(SHARE, share, strict=True))}
    columns = counts.n_misaligned.to_numpy(), counts.n_rated.to_numpy(), counts.n_pairs.to_numpy()
    whole = dict(zip(SHARE, stratified(*columns, n_samples), strict=True))
    measured = counts.n_pairs.get("misaligned", 0) / n_samples
    yield {"stratum": "all", **counts.sum(), "n_pairs": n_samples, **whole, "measured": measured}


def tabulate(judgements: pd.DataFrame, pairs: pd.DataFrame, planted: dict[str, int]) -> pd.DataFrame:
    """Rows of every dataset and rater; ``planted`` are misaligned pairs of composed datasets."""
    rows = []
    for (pretraining, rater), said in judgements.groupby(["pretraining", "rater"], sort=False):
        mine = pairs[pairs.pretraining == pretraining]
        sizes = mine.groupby("stratum").stratum_size.first().reindex(STRATA).dropna()
        n_samples = int(mine.n_samples.iloc[0])
        for row in rows_of(said.merge(mine, on=KEY), sizes, n_samples):
            whole = row["stratum"] == "all" and pretraining in planted
            known = {"planted": planted[pretraining] / n_samples} if whole else {}
            rows.append({"pretraining": pretraining, "rater": rater, **row, **known})
    return pd.DataFrame(rows, columns=COLUMNS)


def compare_raters(judgements: pd.DataFrame) -> pd.DataFrame:
    """Agreement of each two raters of a dataset on the pairs that both judged."""
    rows = []
    for pretraining, said in judgements.groupby("pretraining", sort=False):
        wide = said.pivot(index=PAIR, columns="rater", values="judgement")
        for first, second in combinations(said.rater.unique(), 2):
            both = wide[[first, second]].dropna()
            names = {"pretraining": pretraining, "first": first, "second": second}
            rows += [{**names, **agreement(both[first], both[second])}] if len(both) else []
    return pd.DataFrame(rows, columns=AGREEMENT)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, nargs="+", required=True)
    parser.add_argument("--ratings", type=Path, nargs="*", default=[], help="files that rate_pairs.py wrote")
    parser.add_argument("--planted", type=Path, nargs="*", default=[], help="comparisons of composed datasets")
    parser.add_argument("--agreement", type=Path, required=True, help="table of agreement (out)")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    columns = [*KEY, "stratum", "stratum_size", "n_samples"]
    pairs = pd.concat([read_frame(path, columns=columns) for path in args.pairs], ignore_index=True)
    firsts = [read_frame(path).iloc[0] for path in args.planted]
    planted = {first.pretraining: first.planted_misaligned for first in firsts}
    try:
        judgements = read_judgements(args.ratings, pairs)
    except RatingsError as error:
        sys.exit(str(error))
    said = [judgements[judgements.pretraining == name] for name in pairs.pretraining.unique()]
    both = [table for mine in said for table in (mine, pooled(mine))]
    write_csv(tabulate(pd.concat(both), pairs, planted), args.out)
    write_csv(compare_raters(judgements), args.agreement)


if __name__ == "__main__":
    main()

"""Put the counts of all datasets into one table; beside it misalignment, rank correlation, 2 x 2 tables and odd zeros.

The correlation is aligned by concept (the published Table 4 paired different concepts by position).
"""

import argparse
from itertools import combinations
from pathlib import Path

import pandas as pd
import pyarrow as pa
from scipy import stats

from concept_freq.analysis.counts import COUNT_TYPES, one_row_per_concept, read_counts
from concept_freq.io.tables import write_csv, write_table

SHOWN_OFTEN = 10  # pictures of a concept that no caption names


def misalignment(counts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Misaligned pairs of each dataset, as a share of all samples (the paper's degree) and of two-sided ones.

    Published pairs are copied; the paper counts them over other samples than ours, and without two-sided ones.
    """
    rows = []
    for name, table in counts.items():
        first = table.iloc[0]
        row = {"pretraining": name, "source": "copied from the paper" if "dataset" in table else "measured"}
        rows.append(row | {key: first.get(key) for key in ("n_samples", "n_processed", "n_two_sided", "n_misaligned")})
    found = pd.DataFrame(rows).astype({"n_misaligned": "Int64"})
    found["misalignment_degree"] = found.n_misaligned / found.n_samples.astype("Float64")
    found["share_of_two_sided"] = found.n_misaligned / found.n_two_sided.astype("Float64")
    return found[found.n_misaligned.notna()]


def contingency(counts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Each concept's pairs by caption and picture: named only, shown only, both, neither; datasets that have both."""
    tables = []
    for name, table in counts.items():
        if "dataset" in table or table.n_image.isna().all():
            continue
        sides = {
            "pretraining": name,
            "concept": table.concept,
            "text_only": table.n_text - table.n_matched,
            "image_only": table.n_image - table.n_matched,
            "both": table.n_matched,
            "neither": table.n_samples - table.n_text - table.n_image + table.n_matched,
        }
        tables.append(pd.DataFrame(sides))
    columns = ["pretraining", "concept", "text_only", "image_only", "both", "neither"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def suspicious_zeros(counts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Concepts that no caption names although pictures show them, their words stand apart, or another dataset does."""
    own = {name: table for name, table in counts.items() if "dataset" not in table}
    named_in = {name: set(table.concept[table.n_text > 0]) for name, table in own.items()}
    rows = []
    for name, table in own.items():
        for row in table[table.n_text == 0].itertuples():
            others = [other for other, named in named_in.items() if row.concept in named]
            apart = getattr(row, "n_text_unigram", 0)
            if row.n_image >= SHOWN_OFTEN or apart or others:
                found = {"n_image": row.n_image, "n_text_unigram": apart, "named_in": " ".join(others)}
                rows.append({"pretraining": name, "concept": row.concept, **found})
    return pd.DataFrame(rows, columns=["pretraining", "concept", "n_image", "n_text_unigram", "named_in"])


def correlation(counts: pd.DataFrame) -> pd.DataFrame:
    """Spearman correlation of concept frequency for each pair of datasets and count type."""
    rows = []
    for first, second in combinations(counts.pretraining.unique(), 2):
        pair = [counts[counts.pretraining == name].set_index("concept") for name in (first, second)]
        for kind in COUNT_TYPES:
            known = [table[f"n_{kind}"].dropna() for table in pair]
            shared = known[0].index.intersection(known[1].index)
            if len(shared) < 3:
                continue
            found = stats.spearmanr(*(column[shared].astype(float) for column in known))
            row = {
                "first": first,
                "second": second,
                "count_type": kind,
                "n_concepts": len(shared),
            }
            rows.append({**row, "spearman": found.statistic, "p_value": found.pvalue})
    return pd.DataFrame(
        rows,
        columns=["first", "second", "count_type", "n_concepts", "spearman", "p_value"],
    )


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=Path, nargs="+", required=True, help="PRETRAINING.parquet")
    parser.add_argument("--misalignment", type=Path, required=True)
    parser.add_argument("--correlation", type=Path, required=True)
    parser.add_argument("--contingency", type=Path, required=True)
    parser.add_argument("--zeros", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    tables = read_counts(args.counts)
    counts = pd.concat(
        [one_row_per_concept(t).assign(pretraining=name) for name, t in tables.items()], ignore_index=True
    )
    write_table(pa.Table.from_pandas(counts, preserve_index=False), "concept_counts", args.out)
    write_csv(misalignment(tables), args.misalignment)
    write_csv(correlation(counts), args.correlation)
    write_csv(contingency(tables), args.contingency)
    write_csv(suspicious_zeros(tables), args.zeros)


if __name__ == "__main__":
    main()

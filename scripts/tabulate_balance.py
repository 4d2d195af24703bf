"""Tabulate how many captions name each concept before balancing, how many are expected after it, and how many are kept.

A concept's frequency after it may exceed the cap: captions that rarer concepts keep name it too.
"""

import argparse
from pathlib import Path

import pandas as pd

from concept_freq.io.parquet import read_frame
from concept_freq.io.tables import write_csv

PAIRS = ["n_pairs", "n_pairs_named", "n_pairs_kept"]
COLUMNS = ["pretraining", "concept", "n_text", "expected", "n_kept"]


def add_up(sums: list[Path]) -> pd.DataFrame:
    """Sums of a dataset's chunks (DATASET/CHUNK.parquet), by dataset and concept, in order of frequency."""
    parts = [read_frame(path).assign(pretraining=path.parent.name) for path in sums]
    if not parts:
        return pd.DataFrame(columns=[*COLUMNS, *PAIRS])
    table = pd.concat(parts).groupby(["pretraining", "concept"], as_index=False, sort=True).sum()
    return table.sort_values(["pretraining", "n_text", "concept"], ascending=[True, False, True])


def summary(table: pd.DataFrame) -> str:
    """A dataset's pairs, and the span of its concepts, before and after, in lines."""
    first, named = table.iloc[0], table[table.n_text > 0]
    span = [f"{named[c].max():,} to {named[c].median():,.0f}" for c in ("n_text", "n_kept")] if len(named) else []
    lines = [f"{first.pretraining}: {first.n_pairs:,} pairs, {first.n_pairs_named:,} name a concept"]
    lines += [f"  kept                  {first.n_pairs_kept:,} ({first.n_pairs_kept / max(first.n_pairs, 1):.1%})"]
    lines += [f"  most frequent, median {' before, '.join(span)} after"] if span else []
    return "\n".join(lines)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sums", type=Path, nargs="*", required=True, help="DATASET/CHUNK.parquet")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    table = add_up(args.sums)
    write_csv(table[COLUMNS], args.out, digits=10)
    for _, of_dataset in table.groupby("pretraining"):
        print(summary(of_dataset))


if __name__ == "__main__":
    main()

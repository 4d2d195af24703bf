"""Compare every number that is printed in the paper, and that the released data determine, with ours.

A number agrees when ours rounds to the printed decimals. One that disagrees fails the run, unless the registry says why
the data cannot give it: then both are shown.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

from concept_freq.analysis.scores import POOL
from concept_freq.io.tables import write_csv

PRINTED = ["task", "model", "prompts", "direction", "k", "count_type", "threshold"]


def our_values(fits: Path, correlation: Path, lines: Path, people: Path) -> pd.DataFrame:
    """Everything we compute of what the paper prints, under the registry's keys, in the column ``ours``."""
    fits = pd.read_csv(fits, dtype=str, keep_default_na=False)
    fits = fits[(fits.recipe == "paper") & (fits.dataset == POOL)].rename(columns={"rho": "ours"})
    pairs = pd.read_csv(correlation, dtype=str).rename(columns={"spearman": "ours"})
    pairs["model"] = [" ~ ".join(sorted(pair)) for pair in zip(pairs["first"], pairs["second"], strict=True)]
    lines = pd.read_csv(lines, dtype=str).rename(columns={"slope": "ours", "side": "model"})
    people = pd.read_csv(people, dtype=str).dropna(subset="rho").rename(columns={"rho": "ours"}).head(1)
    tables = [
        fits,
        pairs.assign(task="frequency_correlation"),
        lines[lines.imagenet == "imagenet"].assign(task="let_it_wag"),
        people.assign(task="people"),
    ]
    values = pd.concat([table.reindex(columns=[*PRINTED, "ours"]) for table in tables]).fillna("")
    return values.astype({"ours": float})


def agrees(published: str, ours: float) -> bool:
    """Whether ours rounds to the printed number; half a unit of its last decimal, and a hair, is allowed."""
    return abs(float(published) - ours) <= 0.5 * 10 ** -len(published.split(".")[1]) + 1e-6


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--published", type=Path, required=True)
    parser.add_argument("--fits", type=Path, required=True)
    parser.add_argument("--correlation", type=Path, required=True)
    parser.add_argument("--lines", type=Path, required=True, help="let_it_wag_lines.csv")
    parser.add_argument("--people", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    published = pd.read_csv(args.published, sep="\t", dtype=str, keep_default_na=False)
    ours = our_values(args.fits, args.correlation, args.lines, args.people)
    printed = ours[ours.task.isin(published.task)]  # not of every task is a number printed
    table = published.merge(printed, on=PRINTED, how="left", validate="many_to_one")
    table["agrees"] = [agrees(row.published, row.ours) for row in table.itertuples()]
    table["verdict"] = table.agrees.map({True: "agrees", False: "exception"})
    wrong = table[~table.agrees & (table.exception == "")]
    print(f"{table.agrees.sum()} of {len(table)} printed numbers agree, {len(table) - table.agrees.sum()} do not:")
    print(table[~table.agrees][["item", *PRINTED[:2], "published", "ours", "exception"]].to_string(index=False))
    if len(wrong):
        sys.exit(
            f"{args.published}: {len(wrong)} numbers disagree without an exception, first {wrong.iloc[0].to_dict()}"
        )
    write_csv(table[["item", *PRINTED, "published", "ours", "verdict", "exception"]], args.out, digits=10)


if __name__ == "__main__":
    main()

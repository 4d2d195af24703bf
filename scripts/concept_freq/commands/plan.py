"""Say how many more pairs of a concept a model would need for so many points more (percent points of its score).

    concept-freq plan "golden retriever" --points 5

Asks results/tables/sample_plan.csv, which the workflow makes. Intervals are 95 % and of the average concept of that
frequency; a single concept may need far fewer pairs or far more.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from concept_freq.analysis.sample_plan import add_plan, closest_names
from concept_freq.evaluation.tasks import TASKS

NOTE = """
Slope and interval are of the average concept of that frequency, taken from pairs as they were found: a single concept
may need far fewer or far more, and pairs added on purpose need not act as those did."""


def read_plan(results: Path) -> pd.DataFrame:
    """The table that the rule tabulate_plan made, its count renamed ``frequency``."""
    path = results / "tables" / "sample_plan.csv"
    if not path.exists():
        sys.exit(f"{path} does not exist; `snakemake --cores all {path}` makes it, --results names another folder")
    table = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={"concept": str, "model": str})
    return table.rename(columns={next(c for c in table if c in ("n_matched", "n_text", "n_image")): "frequency"})


def number(value: float) -> str:
    """1234567 as 1,234,567; unbounded where it is not known."""
    return f"{value:,.0f}" if pd.notna(value) else "unbounded"


def answer(row: pd.Series) -> str:
    """What a model's row says, in lines."""
    slope = f"{row.slope_per_decade:+.1f} [{row.ci_low:.1f}, {row.ci_high:.1f}]"
    lines = [f"{row.model}, {row.task} on {row.dataset}: {row.score:.1f} % at {row.frequency:,.0f} pairs"]
    lines.append(f"  points per tenfold   {slope}")
    if not row.reachable:
        return "\n".join([*lines, f"  not by frequency     {row.reason}"])
    if row.reachable == "capped":
        lines.append(f"  capped               {row.reason}; for the {row.points:.1f} points that are left:")
    interval = f"[{number(row.n_more_low)}, {number(row.n_more_high)}]"
    share = f", {100 * row.share_of_dataset:.2g} % of the dataset" if pd.notna(row.share_of_dataset) else ""
    lines.append(f"  for +{row.points:g} points       {number(row.n_more)} more pairs {interval}{share}")
    if row.beyond_data:
        lines.append(f"  beyond the data      the most frequent concept fitted has {row.largest:,.0f} pairs")
    return "\n".join(lines)


def parser_of(prog: str | None) -> argparse.ArgumentParser:
    """The command's options."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog=prog, description=__doc__, formatter_class=form)
    parser.add_argument("concept")
    parser.add_argument("--points", type=float, default=5, help="percent points to gain (default: 5)")
    parser.add_argument("--model", help="all models if not given")
    planned = [name for name, task in TASKS.items() if task.in_percent]
    parser.add_argument("--task", choices=planned, help="all tasks if not given")
    parser.add_argument("--results", type=Path, default=Path("results"), help="default: results")
    return parser


def main(arguments: Sequence[str] | None = None, prog: str | None = None) -> None:
    """Command line entry point."""
    args = parser_of(prog).parse_args(arguments)
    if not args.points > 0:
        sys.exit(f"--points {args.points:g}: must be above zero")
    table = read_plan(args.results)
    for column, value in (("model", args.model), ("task", args.task)):
        if value and value not in set(table[column]):
            sys.exit(f"--{column} {value}: not in the table, which has {', '.join(sorted(set(table[column])))}")
        table = table[table[column] == value] if value else table
    names, close = closest_names(sorted(set(table.concept)), args.concept)
    if not names:
        known = f"close names: {', '.join(close)}" if close else "and no name is close to it"
        sys.exit(f"{args.concept!r} is not among the {table.concept.nunique()} concepts with scores; {known}")
    for name in names:
        rows = add_plan(table[table.concept == name], args.points)
        print(f"{name}, +{args.points:g} points\n", *(answer(row) for _, row in rows.iterrows()), sep="\n")
    print(NOTE)

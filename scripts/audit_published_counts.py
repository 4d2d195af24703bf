"""Audit published counts: where they contradict one another, concept by concept.

Not every case is an error (Jersey the island is not jersey the garment, to a tagger), and every one needs a reason.
Checks: ``larger counts less`` (a dataset at least three times as large finds fewer), ``zero contradicted`` (no
caption names a concept that a smaller dataset finds at least 100 times), ``spellings disagree`` (case, hyphen and
underscore change a count), ``sets disagree`` (two evaluation sets' files differ on a concept), ``matched above side``
(more matched than text or image hits), ``files are copies`` (image counts that repeat the text counts throughout).
"""

import argparse
import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pandas as pd

from concept_freq.analysis.counts import COUNT_TYPES, one_row_per_concept, read_counts
from concept_freq.io.tables import write_csv
from concept_freq.released.published import read_counts_file
from concept_freq.text.concepts import spelling_key

CLEARLY_LARGER, CLEARLY_THERE = 3, 100
Finding = tuple[str, str, int, list[dict]]  # check, pretraining, what was compared, violations
COLUMNS = ["check", "pretraining", "count_type", "concept", "count", "other", "other_count"]


def by_concept(table: pd.DataFrame, kind: str) -> pd.Series:
    """Known counts by concept."""
    return one_row_per_concept(table).set_index("concept")[f"n_{kind}"].dropna().astype(int)


def rows_of(check: str, where: tuple[str, str], found: pd.DataFrame) -> Iterator[dict]:
    """Rows of the audit from columns concept, count, other, other_count."""
    for row in found.itertuples():
        yield dict(zip(COLUMNS, (check, *where, row.concept, row.count_, row.other, row.other_count), strict=True))


def between_datasets(counts: dict[str, pd.DataFrame], pairs: dict[str, int], kind: str) -> Iterator[Finding]:
    """Compare each dataset with every clearly smaller one."""
    for small, large in combinations(sorted(pairs, key=pairs.get), 2):
        if pairs[large] < CLEARLY_LARGER * pairs[small]:
            continue
        both = pd.DataFrame({"other_count": by_concept(counts[small], kind), "count_": by_concept(counts[large], kind)})
        both = both.dropna().astype(int).reset_index().assign(other=small)
        less = both[both.count_ < both.other_count]
        zero = less[(less.count_ == 0) & (less.other_count >= CLEARLY_THERE)]
        for check, found in (("larger counts less", less), ("zero contradicted", zero)):
            yield check, large, len(both), list(rows_of(check, (large, kind), found))


def within_dataset(name: str, table: pd.DataFrame, kind: str) -> Iterator[Finding]:
    """Spellings and evaluation sets that disagree, and matched counts above their sides."""
    known = table.dropna(subset=f"n_{kind}").rename(columns={f"n_{kind}": "count_"})
    if known.empty:
        return
    counts = by_concept(table, kind).rename("count_").reset_index()
    spellings = counts.assign(key=counts.concept.map(spelling_key))
    for check, frame, key in (("spellings disagree", spellings, "key"), ("sets disagree", known, "concept")):
        most = frame.loc[frame.groupby(key).count_.idxmax()].set_index(key)
        other = frame[key].map(most.count_)
        label = frame[key].map(most.concept if key == "key" else most.dataset)
        apart = frame.assign(other=label, other_count=other)[frame.count_ < other]
        yield check, name, int((frame.groupby(key).size() > 1).sum()), list(rows_of(check, (name, kind), apart))
    if kind == "matched":
        sides = table.dropna(subset=["n_matched", "n_text", "n_image"])
        least = sides[["n_text", "n_image"]].min(axis=1)
        over = sides.assign(count_=sides.n_matched, other="smaller side", other_count=least)[sides.n_matched > least]
        yield "matched above side", name, len(sides), list(rows_of("matched above side", (name, kind), over))


def copies(files: list[Path]) -> Iterator[Finding]:
    """Image count files whose content is that of the text counts of the same sets."""
    for image in (path for path in files if "_rampp" in path.name):
        text = image.with_name(re.sub(r"_rampp[0-9.]+_", "_lemmatized_", image.name))
        if text not in files:
            continue
        dataset, pretraining = image.name.split("_", 1)[0], image.name.split("_", 1)[1].split("_rampp")[0]
        same = read_counts_file(image, dataset) == read_counts_file(text, dataset)
        row = dict(zip(COLUMNS, ("files are copies", pretraining, "image", dataset, "", text.name, ""), strict=True))
        yield "files are copies", pretraining, 1, [row] if same else []


def summarise(found: list[Finding]) -> pd.DataFrame:
    """Violations and comparisons of each check and dataset, with the most striking example."""
    lines = []
    for check, pretraining, compared, rows in found:
        worst = max(rows, key=lambda row: int(row["other_count"] or 0) - int(row["count"] or 0), default=None)
        example = (
            f"{worst['concept']}: {worst['count']} against {worst['other_count']} in {worst['other']}" if worst else ""
        )
        kind = rows[0]["count_type"] if rows else ""
        lines.append((check, pretraining, kind, compared, len(rows), example))
    return pd.DataFrame(lines, columns=["check", "pretraining", "count_type", "compared", "violations", "worst"])


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--pairs", type=json.loads, required=True, help="JSON: pretraining -> pairs, where known")
    parser.add_argument("--files", type=Path, nargs="+", required=True, help="published files to compare for copies")
    parser.add_argument("--summary", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    counts = read_counts(args.counts)
    found = [result for kind in COUNT_TYPES for result in between_datasets(counts, args.pairs, kind)]
    found += [
        result for name, table in counts.items() for kind in COUNT_TYPES for result in within_dataset(name, table, kind)
    ]
    found += copies(args.files)
    summary = summarise(found)
    write_csv(pd.DataFrame([row for *_, rows in found for row in rows], columns=COLUMNS), args.out)
    write_csv(summary, args.summary)
    print(summary[summary.violations > 0].to_string(index=False))


if __name__ == "__main__":
    main()

"""Check what must hold of any result, and of a composed dataset's counts against the truth; fail with every breach."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from concept_freq.io.parquet import read_frame
from concept_freq.io.tables import atomic_path
from concept_freq.text.concepts import read_concepts
from concept_freq.text.lemmas import lemmas

Check = tuple[str, bool, str]


def check_counts(name: str, counts: pd.DataFrame, concepts: list[str]) -> Iterator[Check]:
    """Invariants of one dataset's counts, whatever the data."""
    yield (
        f"{name}: every concept is counted once",
        sorted(counts.concept) == sorted(concepts),
        f"{len(counts)} rows",
    )
    n_samples = counts.n_samples.iloc[0]
    most = counts[["n_text", "n_image"]].max().max()
    yield (
        f"{name}: no count exceeds the samples",
        most <= n_samples,
        f"{most} of {n_samples}",
    )
    matched = [c for c in counts if c.startswith("n_matched")]
    over = int((counts[matched].to_numpy() > counts.n_samples.to_numpy()[:, None]).sum())
    over += int((counts.n_matched > counts[["n_text", "n_image"]].min(axis=1)).sum())
    yield f"{name}: matched is at most text and image", over == 0, f"{over} breaches"
    rising = sum(int((counts[c] > counts.n_text).sum()) for c in matched if c.split("_")[-1][0].isdigit())
    yield (
        f"{name}: matched at any threshold is at most text",
        rising == 0,
        f"{rising} breaches",
    )
    pairs = counts.n_misaligned.iloc[0]
    if pd.isna(pairs):  # captions only: there are no pictures to disagree with
        return
    yield (
        f"{name}: misaligned pairs are two-sided",
        pairs <= counts.n_two_sided.iloc[0] <= n_samples,
        f"{pairs}",
    )


def check_audit(name: str, audit: pd.DataFrame) -> Iterator[Check]:
    """The audit of a dataset's text counts found no breach."""
    for row in audit.itertuples():
        breaches = f"{row.breaches} of {row.concepts} concepts" + (f", first {row.first!r}" if row.breaches else "")
        yield f"{name}: {row.check}", row.breaches == 0, breaches


def check_truth(truth: pd.DataFrame, matched_spearman: float) -> Iterator[Check]:
    """Text counts are exact for declared forms; matched counts rank the concepts as planted."""
    for row in truth[truth.count_type == "text"].itertuples():
        exact = row.precision == row.recall == 1
        yield (
            f"{row.pretraining}: text hits are exactly the planted",
            exact,
            f"precision {row.precision}, recall {row.recall}",
        )
    for row in truth[truth.count_type == "matched"].itertuples():
        enough = row.spearman >= matched_spearman
        yield (
            f"{row.pretraining}: matched counts rank as planted",
            enough,
            f"Spearman {row.spearman}, wanted {matched_spearman}",
        )


def check_scores(name: str, scores: pd.DataFrame, concepts: list[str]) -> Iterator[Check]:
    """Scores name concepts as the list does; what the list lacks altogether is left out of the fits by name."""
    forms, unlisted = set(map(lemmas, concepts)), set(scores.concept) - set(concepts)
    otherwise = sorted(concept for concept in unlisted if lemmas(concept) in forms)
    yield f"{name}: every scored concept bears its listed name", not otherwise, f"named otherwise: {otherwise[:5]}"


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=Path, nargs="+", required=True)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--scores", type=Path, nargs="*", default=[])
    parser.add_argument("--audits", type=Path, nargs="*", default=[])
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--matched-spearman", type=float, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    concepts = [concept.name for concept in read_concepts(args.concepts)]
    checks = [c for path in args.counts for c in check_counts(path.stem, read_frame(path), concepts)]
    checks += [c for path in args.audits for c in check_audit(path.stem, pd.read_csv(path))]
    for path in args.scores:
        checks += check_scores(path.stem, read_frame(path), concepts)
    if args.truth:
        checks += check_truth(pd.read_csv(args.truth), args.matched_spearman)
    lines = [f"{'ok    ' if passed else 'FAILED'}  {what} ({detail})" for what, passed, detail in checks]
    print("\n".join(lines))
    if not all(passed for _, passed, _ in checks):
        sys.exit("a result check failed: the lines marked FAILED say which and by how much")
    with atomic_path(args.out) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""List an evaluation set's samples with their labels or captions, once, and check that the set is the expected one."""

import argparse
import sys
from pathlib import Path

import numpy as np

from concept_freq.evaluation.classes import check_distinct, read_classes
from concept_freq.evaluation.sets import check_labels, sample_rows, set_shards
from concept_freq.evaluation.tasks import TASKS
from concept_freq.io.digests import sha256_of
from concept_freq.io.tables import write_table


def check_classes(rows: list[dict], path: Path, n_classes: int | None) -> None:
    """The class names are as many as the set's row says, tell classes apart, and fit the samples' labels."""
    classes = read_classes(path)
    if n_classes not in (None, len(classes)):
        raise ValueError(f"{path}: {len(classes)} class names where the set's row says {n_classes}")
    try:
        check_distinct(classes)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    check_labels(np.array([row["label"] for row in rows]), [row["key"] for row in rows], classes)


def checked_samples(args: argparse.Namespace) -> list[dict]:
    """Samples of the set that these options describe; raises ValueError where it is another or not whole."""
    shards = set_shards(args.shards)
    if left_out := sorted({path.name for path in args.shards} - {path.name for path in shards}):
        print(f"not part of the set: {', '.join(left_out)}")
    if args.sha256 and (found := sha256_of(shards)) != args.sha256:
        raise ValueError(f"sha256 of the shards is {found}, the set's row expects {args.sha256}")
    rows = sample_rows(shards, args.task)
    if args.n_images not in (None, len(rows)):
        raise ValueError(f"{len(rows)} pictures where its row says {args.n_images}: another split or version")
    if TASKS[args.task].answer == "class":
        check_classes(rows, args.classes, args.n_classes)
    return rows


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--task", choices=[name for name, task in TASKS.items() if task.answer], required=True)
    parser.add_argument("--classes", type=Path, help="class names of a classification set, one per line")
    parser.add_argument("--n-classes", type=int, help="how many classes the set must have")
    parser.add_argument("--n-images", type=int, help="how many pictures the set must have")
    parser.add_argument("--sha256", help="of the shards, one after the other")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    try:
        rows = checked_samples(args)
    except ValueError as error:
        sys.exit(f"evaluation set in {args.shards[0].parent}: {error}")
    write_table(rows, "downstream_samples", args.out)
    print(f"{len(rows)} pictures, {sum(len(row['captions']) for row in rows)} captions")


if __name__ == "__main__":
    main()

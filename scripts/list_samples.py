"""List an evaluation set's samples with their labels or captions, once, and check that the set is the expected one."""

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from concept_freq.evaluation.sets import captions_of, check_labels, label_of, read_class_names, read_dataset
from concept_freq.io.digests import sha256_of
from concept_freq.io.tables import write_table


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--task", choices=("classification", "retrieval"), required=True)
    parser.add_argument("--classes", type=Path, help="class names of a classification set, one per line")
    parser.add_argument("--n-classes", type=int, help="how many classes the set must have")
    parser.add_argument("--n-images", type=int, help="how many pictures the set must have")
    parser.add_argument("--sha256", help="of the shards, one after the other")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = []
    try:
        if args.sha256 and (found := sha256_of(args.shards)) != args.sha256:
            raise ValueError(f"sha256 of the shards is {found}, the set's row expects {args.sha256}")
        for shard, sample in read_dataset(args.shards):
            label = label_of(sample) if args.task == "classification" else None
            captions = captions_of(sample) if args.task == "retrieval" else []
            rows.append({"shard": shard, "row": sample.row, "key": sample.key, "label": label, "captions": captions})
        if args.n_images not in (None, len(rows)):
            raise ValueError(f"{len(rows)} pictures where its row says {args.n_images}: another split or version")
        if args.task == "classification":
            names, concepts = read_class_names(args.classes)
            if args.n_classes not in (None, len(names)):
                raise ValueError(f"{args.classes}: {len(names)} class names where the set's row says {args.n_classes}")
            if twice := [name for name, n in Counter(concepts).items() if n > 1]:
                raise ValueError(f"{args.classes}: {twice[0]!r} names two classes; a class needs a name of its own")
            check_labels(np.array([row["label"] for row in rows]), [row["key"] for row in rows], names)
    except ValueError as error:
        sys.exit(f"evaluation set in {args.shards[0].parent}: {error}")
    write_table(rows, "downstream_samples", args.out)
    print(f"{len(rows)} pictures, {sum(len(row['captions']) for row in rows)} captions")


if __name__ == "__main__":
    main()

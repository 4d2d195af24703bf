"""Count the whole concept list in one chunk: text, image and matched, for every mode and threshold."""

import argparse
from pathlib import Path

from concept_freq.counts.chunk import count_chunk
from concept_freq.counts.lexicon import MODES
from concept_freq.counts.thresholds import add_threshold_options
from concept_freq.io.listed import require_list
from concept_freq.io.tables import write_parquet
from concept_freq.text.concepts import read_concepts


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captions", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--noun-index", type=Path, help="index of nouns only, for mode unigram_spacy")
    parser.add_argument("--tags", type=Path, help="image tags; without them only captions are counted")
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument(
        "--modes",
        nargs="+",
        choices=MODES,
        required=True,
        help="the first is the configured one",
    )
    add_threshold_options(parser, many=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    require_list([args.tags] if args.tags else [], args.concepts)
    concepts = read_concepts(args.concepts)
    indices = {mode: args.noun_index if mode == "unigram_spacy" else args.index for mode in args.modes}
    counts = count_chunk(
        args.captions, indices, args.tags, concepts, args.thresholds, args.threads, args.threshold_rule
    )
    write_parquet(counts, args.out)


if __name__ == "__main__":
    main()

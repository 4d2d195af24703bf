"""Retrieval per concept, both directions: recall@k over the queries whose captions name the concept (paper, A.2).

Concepts are those of the list that a caption names, or, as the paper has it, the nouns of the set's own captions
(--nouns-by). A concept counts where at least ``--min-images`` pictures have a caption that names it.
"""

import argparse
import sys
from pathlib import Path

import torch

from concept_freq.evaluation import embedded, retrieval
from concept_freq.evaluation.identity import Forms, named_by_form, told_unlisted
from concept_freq.evaluation.queries import concepts_in, flattened, queries_by_concept
from concept_freq.io.tables import write_table
from concept_freq.models import clip
from concept_freq.text.concepts import lemma_forms, read_concepts
from concept_freq.text.nouns import load_tagger, noun_concepts


def concepts_of(captions: list[str], forms: Forms, nouns_by: str | None) -> list[set[str]]:
    """Concepts that each caption names: those of the list, or its nouns by the spellings of the list."""
    if nouns_by:
        return list(named_by_form(noun_concepts(captions, load_tagger(nouns_by)), forms))
    return [concepts_in(caption, forms) for caption in captions]


def evaluate(args: argparse.Namespace) -> list[dict]:
    """Rows of ``retrieval_recall`` by these options."""
    samples, images = embedded.read_embedded(args.samples, args.embeddings)
    captions, image_of = flattened(samples.captions.tolist())
    forms = lemma_forms(read_concepts(args.concepts))
    queries = queries_by_concept(concepts_of(captions, forms, args.nouns_by), image_of, args.min_images)
    unlisted = sorted(queries["i2t"].keys() - set(forms.values()))
    model, tokenize = embedded.open_model(args)
    texts = clip.embed_texts(model, tokenize, captions, precision=args.precision)
    ranks = retrieval.retrieval_ranks(images, texts, torch.from_numpy(image_of))
    print(f"{args.model} on {args.dataset}: {len(queries['i2t'])} concepts in at least {args.min_images} pictures")
    lines = [*retrieval.summary(ranks, args.k), told_unlisted(unlisted, len(queries["i2t"]), args.concepts)]
    print("\n".join(f"  {line}" for line in lines if line))
    return [{**embedded.scored(args), **row} for row in retrieval.evaluate(ranks, queries, args.k)]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    embedded.add_arguments(parser)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--nouns-by", metavar="MODEL", help="take the captions' nouns by this spaCy model as concepts")
    parser.add_argument("--k", type=int, nargs="+", required=True)
    parser.add_argument("--min-images", type=int, required=True)
    args = parser.parse_args()
    try:
        rows = evaluate(args)
    except ValueError as error:
        sys.exit(f"{args.dataset}: {error}")
    write_table(rows, "retrieval_recall", args.out)


if __name__ == "__main__":
    main()

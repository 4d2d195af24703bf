"""Retrieval per concept, both directions: recall@k over the queries whose captions name the concept (paper, A.2).

Concepts are those of the list that a caption names, or, as the paper has it, the nouns of the set's own captions
(--nouns-by). A concept counts where at least ``--min-images`` pictures have a caption that names it.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import safetensors.torch
import torch

from concept_freq.evaluation.sets import concept_recall, concepts_in, queries_by_concept, retrieval_ranks
from concept_freq.io.tables import write_table
from concept_freq.models import clip, devices
from concept_freq.text.concepts import lemma_forms, read_concepts
from concept_freq.text.nouns import load_tagger, noun_concepts


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--embeddings", type=Path, required=True)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--nouns-by", metavar="MODEL", help="take the captions' nouns by this spaCy model as concepts")
    parser.add_argument("--architecture", required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16", "fp16"), default="auto")
    parser.add_argument("--pretraining", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--k", type=int, nargs="+", required=True)
    parser.add_argument("--min-images", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    by_image = pd.read_parquet(args.samples).captions
    captions = [caption for several in by_image for caption in several]
    image_of = np.repeat(np.arange(len(by_image)), by_image.map(len))
    images = safetensors.torch.load_file(args.embeddings)["embeddings"]
    model = clip.create(args.architecture, args.checkpoint).eval().to(devices.pick())
    texts = clip.embed_texts(model, clip.tokenizer(args.architecture), captions, precision=args.precision)
    ranks = retrieval_ranks(images, texts, torch.from_numpy(image_of))
    if args.nouns_by:
        named = list(noun_concepts(captions, load_tagger(args.nouns_by)))
    else:
        forms = lemma_forms(read_concepts(args.concepts))
        named = [concepts_in(caption, forms) for caption in captions]
    queries = queries_by_concept(named, image_of, args.min_images)
    same = {"pretraining": args.pretraining, "model": args.model, "dataset": args.dataset}
    rows = [
        {**same, "concept": concept, "direction": direction, "k": k, "n": n, "recall": recall}
        for direction in ("i2t", "t2i")
        for k in args.k
        for concept, n, recall in concept_recall(ranks[direction], queries[direction], k)
    ]
    write_table(rows, "retrieval_recall", args.out)
    print(f"{args.model} on {args.dataset}: {len(queries['i2t'])} concepts in at least {args.min_images} pictures")
    for direction in ("i2t", "t2i"):
        shares = ", ".join(f"R@{k} {100 * (ranks[direction] < k).mean():.2f} %" for k in args.k)
        print(f"  {direction} over all queries: {shares}")


if __name__ == "__main__":
    main()

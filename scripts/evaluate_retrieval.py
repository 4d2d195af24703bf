"""Retrieval per concept, both directions: recall@k over the queries whose captions name the concept (paper, A.2).

A concept counts where at least ``--min-images`` pictures have a caption that names it.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import safetensors.torch
import torch

from concept_freq import clip
from concept_freq.concepts import lemma_forms, read_concepts
from concept_freq.downstream import concept_recall, read_dataset, retrieval_ranks
from concept_freq.tables import write_table
from concept_freq.text import lemmas


def concepts_in(caption: str, forms: dict[tuple[str, ...], str]) -> set[str]:
    """Concepts that a caption names as a phrase: the counting rule of mode ``phrase``."""
    words, longest = lemmas(caption), max(map(len, forms))
    runs = (words[i : i + n] for i in range(len(words)) for n in range(1, longest + 1))
    return {forms[run] for run in runs if run in forms}


def group_by_concept(named: Iterable[set[str]]) -> dict[str, np.ndarray]:
    """Positions at which each concept occurs, concepts sorted."""
    positions: dict[str, list[int]] = {}
    for i, concepts in enumerate(named):
        for concept in concepts:
            positions.setdefault(concept, []).append(i)
    return {concept: np.array(found) for concept, found in sorted(positions.items())}


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--embeddings", type=Path, required=True)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--architecture", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--pretraining", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--k", type=int, nargs="+", required=True)
    parser.add_argument("--min-images", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    captions_of = [sample.files["txt"].decode("utf-8").splitlines() for sample in read_dataset(args.shards)]
    captions = [caption for several in captions_of for caption in several]
    image_of = torch.tensor([i for i, several in enumerate(captions_of) for _ in several])
    model = clip.create(args.architecture, args.checkpoint).eval()
    images = safetensors.torch.load_file(args.embeddings)["embeddings"]
    texts = clip.embed_texts(model, clip.tokenizer(args.architecture), captions)
    ranks = retrieval_ranks(images, texts, image_of)

    forms = lemma_forms(read_concepts(args.concepts))
    named = [concepts_in(caption, forms) for caption in captions]
    by_image = group_by_concept(
        set().union(*(named[j] for j in np.flatnonzero(image_of == i))) for i in range(len(images))
    )
    kept = {concept for concept, found in by_image.items() if len(found) >= args.min_images}
    members = {
        "i2t": {concept: found for concept, found in by_image.items() if concept in kept},
        "t2i": {concept: found for concept, found in group_by_concept(named).items() if concept in kept},
    }
    same = {
        "pretraining": args.pretraining,
        "model": args.model,
        "dataset": args.dataset,
    }
    rows = [
        {
            **same,
            "concept": concept,
            "direction": direction,
            "k": k,
            "n": n,
            "recall": recall,
        }
        for direction in ("i2t", "t2i")
        for k in args.k
        for concept, n, recall in concept_recall(ranks[direction], members[direction], k)
    ]
    write_table(rows, "retrieval_recall", args.out)
    print(f"{args.model} on {args.dataset}: {len(kept)} concepts in at least {args.min_images} pictures")


if __name__ == "__main__":
    main()

"""Decide how many objects of each concept a composed dataset holds: the designed experiment.

Counts are log-uniform over the given decades; ``random`` deals them to concepts by the seed, ``natural`` in the
order of the concepts' counts in tweets, most common first.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from concept_freq.io.tables import atomic_path
from concept_freq.text.concepts import Concept, read_concepts
from concept_freq.world.design import log_uniform_counts, scene_sizes


def read_tweets(path: Path) -> dict[str, int]:
    """Occurrences in tweets by code point, from the Emoji Sentiment Ranking's table."""
    with path.open(encoding="utf-8", newline="") as file:
        return {f"{int(row['Unicode codepoint'], 16):x}": int(row["Occurrences"]) for row in csv.DictReader(file)}


def order_concepts(concepts: list[Concept], order: str, tweets: dict[str, int], seed: int) -> np.ndarray:
    """Concept ids, the most frequent first; the seed also breaks ties of the natural order."""
    shuffled = np.random.default_rng([seed, 3]).permutation(len(concepts))
    if order == "random":
        return shuffled
    counts = np.array([tweets.get(concepts[i].extra["code_point"], 0) for i in shuffled])
    return shuffled[np.argsort(-counts, kind="stable")]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--tweets", type=Path, required=True)
    parser.add_argument("--order", choices=("random", "natural"), required=True)
    parser.add_argument("--samples", type=int, required=True, help="scenes in the dataset")
    parser.add_argument("--decades", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="TSV: concept, objects")
    args = parser.parse_args()
    concepts = read_concepts(args.concepts)
    ranked = order_concepts(concepts, args.order, read_tweets(args.tweets), args.seed)
    by_rank = log_uniform_counts(len(concepts), int(scene_sizes(args.samples, args.seed).sum()), args.decades)
    objects = np.empty(len(concepts), dtype=int)
    objects[ranked] = by_rank
    lines = [f"{concept.name}\t{n}" for concept, n in zip(concepts, objects, strict=True)]
    with atomic_path(args.out) as temporary:
        temporary.write_text("\n".join(["concept\tobjects", *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

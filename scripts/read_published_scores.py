"""Put published scores into the tables that evaluating our own models gives. What was not published is empty."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from concept_freq.io.tables import write_table
from concept_freq.released.published import POOLED, concept_of, read_prompt_scores_file, read_scores_file, split_model

RETRIEVAL = re.compile(r"(?P<dataset>\w+)_(?P<direction>i2t|t2i)_k=(?P<k>\d+)_results")


def read_class_accuracy(path: Path) -> Iterator[dict]:
    """Rows of ``zero_shot_evaluations/SET_PROMPTS_results.json``."""
    dataset, prompts, _ = path.stem.rsplit("_", 2)
    for key, scores in read_scores_file(path, "classwise", 100).items():
        pretraining, backbone = split_model(path, key)
        model = {"pretraining": pretraining, "model": f"{pretraining}/{backbone}", "dataset": dataset}
        for name, accuracy in scores.items():
            concept = concept_of(dataset, name)
            scored = {"concept": concept, "class": concept, "prompts": prompts}
            yield {**model, **scored, "n_images": None, "accuracy": accuracy}


def read_retrieval_recall(path: Path) -> Iterator[dict]:
    """Rows of ``retrieval_evaluations/SET_DIRECTION_k=K_results.json``."""
    query = RETRIEVAL.fullmatch(path.stem).groupdict()
    for key, scores in read_scores_file(path, "conceptwise", 1).items():
        pretraining, backbone = split_model(path, key)
        model = {"pretraining": pretraining, "model": f"{pretraining}/{backbone}"}
        for concept, recall in scores.items():
            yield {**model, **query, "k": int(query["k"]), "concept": concept, "n": None, "recall": recall}


def read_text_to_image_scores(path: Path) -> Iterator[dict]:
    """Rows of ``t2i_evaluations/t2i_METRIC.json``, the mean over a concept's prompts as published."""
    metric = path.stem.removeprefix("t2i_")
    for name, concepts in read_prompt_scores_file(path).items():
        model = {"pretraining": "laion_aesthetics", "model": f"laion_aesthetics/{name}", "dataset": POOLED["t2i"]}
        for concept, scores in concepts.items():
            yield {**model, "concept": concept, "metric": metric, "n": len(scores), "score": float(np.mean(scores))}


READERS = {
    "class_accuracy": read_class_accuracy,
    "retrieval_recall": read_retrieval_recall,
    "text_to_image_scores": read_text_to_image_scores,
}


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=Path, nargs="+", required=True)
    parser.add_argument("--table", choices=READERS, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = [row for path in args.files for row in READERS[args.table](path)]
    write_table(rows, args.table, args.out)


if __name__ == "__main__":
    main()

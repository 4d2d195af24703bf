"""Zero-shot accuracy per concept: one model, one evaluation set, every prompt set, with Wilson intervals of 95 %.

The classifier of a prompt set has one unit vector per class, the mean over the set's templates (paper, section 3.1).
A class is the concept of the list (``--concepts``) that reads the same; one that the list lacks keeps its own name.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

import pandas as pd

from concept_freq.analysis.intervals import wilson
from concept_freq.evaluation import classification, embedded
from concept_freq.evaluation.classes import EvaluationClass, read_classes, read_templates
from concept_freq.evaluation.identity import Forms, told_unlisted, unlisted_classes
from concept_freq.io.tables import write_table
from concept_freq.models import clip
from concept_freq.text.concepts import lemma_forms, read_concepts


def with_accuracy(row: dict) -> dict:
    """A row with its hits as accuracy and Wilson interval, percent."""
    n, right = row["n_images"], row.pop("right")
    _, low, high = wilson(right, n)
    return {**row, "accuracy": 100 * right / n, "ci_low": 100 * low, "ci_high": 100 * high}


def listed_forms(path: Path | None, classes: list[EvaluationClass]) -> Forms:
    """Forms of a concept list, none without one; classes that it lacks are named."""
    if path is None:
        return {}
    concepts = read_concepts(path)
    if told := told_unlisted(unlisted_classes(classes, concepts), len(classes), path):
        print(told)
    return lemma_forms(concepts)


def evaluate(args: argparse.Namespace) -> list[dict]:
    """Rows of ``class_accuracy`` by these options."""
    samples, images = embedded.read_embedded(args.samples, args.embeddings)
    classes = read_classes(args.classes)
    model, tokenize = embedded.open_model(args)
    prompt_sets = {name: read_templates(path) for name, path in zip(args.prompts, args.templates, strict=True)}
    classify = partial(clip.classifier, model, tokenize, precision=args.precision)
    forms = listed_forms(args.concepts, classes)
    found = classification.evaluate(images, samples.label.to_numpy(dtype=int), classes, prompt_sets, classify, forms)
    return [{**embedded.scored(args), **with_accuracy(row)} for row in found]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    embedded.add_arguments(parser)
    parser.add_argument("--classes", type=Path, required=True, help="class names, one per line")
    parser.add_argument("--concepts", type=Path, help="the run's concept list; else classes are the concepts")
    parser.add_argument("--prompts", nargs="+", required=True, help="names of the prompt sets")
    parser.add_argument(
        "--templates", type=Path, nargs="+", required=True, help="their templates with {} or {c}, one per line"
    )
    args = parser.parse_args()
    try:
        rows = evaluate(args)
    except ValueError as error:
        sys.exit(f"{args.dataset}: {error}")
    write_table(rows, "class_accuracy", args.out)
    for prompts, mean in pd.DataFrame(rows).groupby("prompts", sort=False).accuracy.mean().items():
        print(f"{args.model} on {args.dataset}, {prompts} prompts: mean accuracy {mean:.2f} %")


if __name__ == "__main__":
    main()

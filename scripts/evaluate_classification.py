"""Zero-shot accuracy per concept: one model, one evaluation set, every prompt set, with Wilson intervals of 95 %.

The classifier of a prompt set has one unit vector per class, the mean over the set's templates (paper, section 3.1).
"""

import argparse
from pathlib import Path

import pandas as pd
import safetensors.torch
import torch

from concept_freq.analysis.intervals import wilson
from concept_freq.evaluation.sets import class_accuracy, read_class_names, read_templates
from concept_freq.io.tables import write_table
from concept_freq.models import clip, devices


def accuracy_row(n: int, right: int) -> dict[str, float]:
    """Accuracy of a class and its Wilson interval, percent."""
    _, low, high = wilson(right, n)
    return {"n_images": n, "accuracy": 100 * right / n, "ci_low": 100 * low, "ci_high": 100 * high}


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--embeddings", type=Path, required=True)
    parser.add_argument("--classes", type=Path, required=True, help="class names, one per line")
    parser.add_argument("--prompts", nargs="+", required=True, help="names of the prompt sets")
    parser.add_argument(
        "--templates", type=Path, nargs="+", required=True, help="their templates with {}, one per line"
    )
    parser.add_argument("--architecture", required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16", "fp16"), default="auto")
    parser.add_argument("--pretraining", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    labels = pd.read_parquet(args.samples).label.to_numpy(dtype=int)
    images = safetensors.torch.load_file(args.embeddings)["embeddings"]
    names, concepts = read_class_names(args.classes)
    model = clip.create(args.architecture, args.checkpoint).eval().to(devices.pick())
    tokenize = clip.tokenizer(args.architecture)
    same = {"pretraining": args.pretraining, "model": args.model, "dataset": args.dataset}
    rows = []
    for prompts, path in zip(args.prompts, args.templates, strict=True):
        classifier = clip.classifier(model, tokenize, names, read_templates(path), args.precision)
        n, right = class_accuracy(images, classifier, labels)
        found = sorted(zip(concepts, n.tolist(), right.tolist(), strict=True))
        rows += [{**same, "concept": c, "prompts": prompts, **accuracy_row(k, r)} for c, k, r in found]
        print(f"{args.model} on {args.dataset}, {prompts} prompts: mean accuracy {100 * (right / n).mean():.2f} %")
    write_table(rows, "class_accuracy", args.out)


if __name__ == "__main__":
    main()

"""Zero-shot accuracy per concept: one model, one evaluation set, every prompt set, with Wilson intervals of 95 %."""

import argparse
from pathlib import Path

import pandas as pd
import safetensors.torch
from scipy.stats import binomtest

from concept_freq.downstream import class_accuracy, read_class_names
from concept_freq.tables import write_table


def accuracy_row(n: int, right: int) -> dict[str, float]:
    """Accuracy of a class and its Wilson interval, percent."""
    interval = binomtest(right, n).proportion_ci(method="wilson")
    return {"n_images": n, "accuracy": 100 * right / n, "ci_low": 100 * interval.low, "ci_high": 100 * interval.high}


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--embeddings", type=Path, required=True)
    parser.add_argument("--classes", type=Path, required=True, help="class names, one per line")
    parser.add_argument("--classifiers", type=Path, nargs="+", required=True, help="PROMPTS.safetensors")
    parser.add_argument("--pretraining", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    labels = pd.read_parquet(args.samples).label.to_numpy(dtype=int)
    images = safetensors.torch.load_file(args.embeddings)["embeddings"]
    concepts = read_class_names(args.classes)[1]
    same = {"pretraining": args.pretraining, "model": args.model, "dataset": args.dataset}
    rows = []
    for path in args.classifiers:
        n, right = class_accuracy(images, safetensors.torch.load_file(path)["classifier"], labels)
        found = sorted(zip(concepts, n.tolist(), right.tolist(), strict=True))
        rows += [{**same, "concept": c, "prompts": path.stem, **accuracy_row(k, r)} for c, k, r in found]
        print(f"{args.model} on {args.dataset}, {path.stem} prompts: mean accuracy {100 * (right / n).mean():.2f} %")
    write_table(rows, "class_accuracy", args.out)


if __name__ == "__main__":
    main()

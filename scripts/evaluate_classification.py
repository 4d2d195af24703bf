"""Zero-shot classification per concept: one model, one evaluation set, every prompt set."""

import argparse
from pathlib import Path

import safetensors.torch
import torch

from concept_freq import clip
from concept_freq.downstream import class_accuracy, class_labels, read_dataset
from concept_freq.tables import write_table


def read_lines(path: Path) -> list[str]:
    """Non-empty lines of a text file."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--embeddings", type=Path, required=True)
    parser.add_argument("--classes", type=Path, required=True, help="class names, one per line")
    parser.add_argument(
        "--prompts",
        type=Path,
        nargs="+",
        required=True,
        help="NAME.txt: templates with {}, one per line",
    )
    parser.add_argument("--architecture", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--pretraining", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    names = read_lines(args.classes)
    labels = class_labels(read_dataset(args.shards), len(names))
    images = safetensors.torch.load_file(args.embeddings)["embeddings"]
    model, tokenize = (
        clip.create(args.architecture, args.checkpoint).eval(),
        clip.tokenizer(args.architecture),
    )
    same = {
        "pretraining": args.pretraining,
        "model": args.model,
        "dataset": args.dataset,
    }
    rows = []
    for path in args.prompts:
        n, accuracy = class_accuracy(images, clip.classifier(model, tokenize, names, read_lines(path)), labels)
        found = zip(names, n.tolist(), accuracy.tolist(), strict=True)
        rows += [
            {**same, "concept": c, "prompts": path.stem, "n_images": k, "accuracy": a} for c, k, a in sorted(found) if k
        ]
        print(f"{args.model} on {args.dataset}, {path.stem} prompts: mean accuracy {accuracy[n > 0].mean():.2f} %")
    write_table(rows, "class_accuracy", args.out)


if __name__ == "__main__":
    main()

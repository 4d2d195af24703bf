"""Build a zero-shot classifier: one unit vector per class, the mean over the prompt set's templates."""

import argparse
from pathlib import Path

import safetensors.torch
import torch

from concept_freq import clip, devices
from concept_freq.downstream import read_class_names
from concept_freq.tables import atomic_path


def read_templates(path: Path) -> list[str]:
    """Templates of a prompt set; ``{}`` stands for the class name, and one without it would ignore the class."""
    templates = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if wrong := [template for template in templates if "{}" not in template]:
        raise ValueError(f"{path}: template {wrong[0]!r} has no {{}} for the class name")
    return templates


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", type=Path, required=True, help="class names, one per line")
    parser.add_argument("--templates", type=Path, required=True, help="prompt templates with {}, one per line")
    parser.add_argument("--architecture", required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16", "fp16"), default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help=".safetensors with the classifier (classes, dim)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    names, templates = read_class_names(args.classes)[0], read_templates(args.templates)
    model = clip.create(args.architecture, args.checkpoint).eval().to(devices.pick())
    classes = clip.classifier(model, clip.tokenizer(args.architecture), names, templates, args.precision)
    with atomic_path(args.out) as temporary:
        safetensors.torch.save_file({"classifier": classes.contiguous()}, temporary)
    print(f"{len(names)} classes, {len(templates)} templates")


if __name__ == "__main__":
    main()

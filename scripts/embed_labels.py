"""Embed the descriptions of every concept with a CLIP text tower: one row per concept (mean) or per description.

``mean`` averages a concept's descriptions into one unit vector, which is what the paper ran; ``reweight`` keeps all,
as RAM++ was published.
"""

import argparse
import json
import sys
from pathlib import Path

import torch

from concept_freq.models import clip, devices
from concept_freq.tags.labels import MODES, average, write_labels
from concept_freq.text.concepts import read_concepts


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--descriptions", type=Path, required=True, help="JSON: concept -> descriptions")
    parser.add_argument("--mode", choices=MODES, required=True)
    parser.add_argument("--architecture", required=True, help="RAM++ was trained with ViT-B-16-quickgelu")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    descriptions = json.loads(args.descriptions.read_text(encoding="utf-8"))
    names = [concept.name for concept in read_concepts(args.concepts)]
    try:
        model = clip.create(args.architecture, args.checkpoint).eval().to(devices.pick())
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    texts = [text for name in names for text in descriptions[name]]
    rows = clip.embed_texts(model, clip.tokenizer(args.architecture), texts).numpy()
    labels, start = {}, 0
    for name in names:
        own = rows[start : start + len(descriptions[name])]
        labels[name] = average(own)[None] if args.mode == "mean" else own
        start += len(own)
    write_labels(labels, args.out)
    print(f"{len(names)} concepts, {len(rows)} descriptions, mode {args.mode}")


if __name__ == "__main__":
    main()

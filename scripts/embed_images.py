"""Embed the pictures of an evaluation set once per model; every prompt set and metric uses the result.

A picture that cannot be decoded becomes a row of nan, which later counts as wrong.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import safetensors.torch
import torch

from concept_freq import clip
from concept_freq.downstream import read_dataset
from concept_freq.shards import picture_of
from concept_freq.tables import atomic_path


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--architecture", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help=".safetensors with embeddings (n, dim)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = clip.create(args.architecture, args.checkpoint).eval()
    side = clip.image_side(args.architecture)
    samples = read_dataset(args.shards)
    pixels, unreadable = np.zeros((len(samples), side, side, 3), dtype=np.uint8), []
    for i, sample in enumerate(samples):
        try:
            pixels[i] = clip.shrink(picture_of(sample), side)
        except ValueError as reason:
            unreadable.append(i)
            print(f"sample {sample.key} counts as wrong: {reason}", file=sys.stderr)
    embeddings = clip.embed_images(model, pixels)
    embeddings[unreadable] = torch.nan
    with atomic_path(args.out) as temporary:
        safetensors.torch.save_file({"embeddings": embeddings}, temporary)


if __name__ == "__main__":
    main()

"""Embed the pictures of an evaluation set once per model; every prompt set and metric uses the result.

A picture that cannot be decoded becomes a row of nan, which counts as wrong, and is listed.
"""

import argparse
from pathlib import Path

import safetensors.torch
import torch

from concept_freq import clip, devices
from concept_freq.embedding import embed_pictures
from concept_freq.preprocessing import recipe
from concept_freq.streaming import Pictures
from concept_freq.tables import atomic_path, write_table


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, nargs="+", required=True)
    parser.add_argument("--architecture", required=True, help="open_clip's name, or a model config (.json)")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--preprocessing", required=True, help="a recipe's name, or its file")
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16", "fp16"), default="auto")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--workers", type=int, default=0, help="processes that decode; 0: decode between batches")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--skipped", type=Path, required=True, help="pictures that cannot be decoded (out)")
    parser.add_argument("--out", type=Path, required=True, help=".safetensors with embeddings (n, dim)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = clip.create(args.architecture, args.checkpoint).eval().to(devices.pick())
    prepare = recipe(args.preprocessing, clip.image_side(args.architecture))
    pictures = Pictures(args.shards, prepare, args.batch_size, "evaluation")
    embeddings, skips = embed_pictures(model, pictures, args.precision, args.workers)
    write_table(skips.rows, "skipped", args.skipped)
    with atomic_path(args.out) as temporary:
        safetensors.torch.save_file({"embeddings": embeddings}, temporary)
    print(f"{len(embeddings)} pictures embedded, {len(skips.rows)} unreadable")


if __name__ == "__main__":
    main()

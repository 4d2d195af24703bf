"""Embed the pictures of an evaluation set once per model; every prompt set and metric uses the result.

A picture that cannot be decoded becomes a row of nan, which counts as wrong, and is listed.
"""

import argparse
from pathlib import Path

import safetensors.torch

from concept_freq.evaluation.layout import whole_split
from concept_freq.io.tables import atomic_path, write_table
from concept_freq.models.embedding import add_arguments, embed_pictures, prepare
from concept_freq.shards.tar import listed


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help=".safetensors with embeddings (n, dim)")
    args = parser.parse_args()
    args.shards = whole_split(listed(args.shards))
    model, pictures = prepare(args, "evaluation")
    embeddings, skips = embed_pictures(model, pictures, args.precision, args.workers)
    write_table(skips.rows, "skipped", args.skipped)
    with atomic_path(args.out) as temporary:
        safetensors.torch.save_file({"embeddings": embeddings}, temporary)
    print(f"{len(embeddings)} pictures embedded, {len(skips.rows)} unreadable")


if __name__ == "__main__":
    main()

"""Embed the pictures of a chunk's shards, once for every evaluation set that they are compared with.

A picture that cannot be decoded has no embedding, and is listed.
"""

import argparse
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from concept_freq import clip, devices
from concept_freq.embedding import embed_batches
from concept_freq.preprocessing import recipe
from concept_freq.shards import listed
from concept_freq.similarity import embedding_table
from concept_freq.streaming import Pictures
from concept_freq.tables import SCHEMAS, atomic_path, write_table


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, nargs="+", required=True, help="files, or folders of them")
    parser.add_argument("--architecture", required=True, help="open_clip's name, or a model config (.json)")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--preprocessing", required=True, help="a recipe's name, or its file")
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16", "fp16"), default="auto")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--workers", type=int, default=0, help="processes that decode; 0: decode between batches")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--skipped", type=Path, required=True, help="pictures that cannot be decoded (out)")
    parser.add_argument("--out", type=Path, required=True, help="shard, row, embedding (.parquet)")
    return parser.parse_args()


def main() -> None:
    """Command line entry point."""
    args = arguments()
    torch.set_num_threads(args.threads)
    model = clip.create(args.architecture, args.checkpoint).eval().to(devices.pick())
    prepare = recipe(args.preprocessing, clip.image_side(args.architecture))
    pictures = Pictures(listed(args.shards), prepare, args.batch_size, "embedding")
    schema, skipped, shard, n = pa.schema(SCHEMAS["shard_embeddings"].items()), [], "", 0
    with atomic_path(args.out) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for batch, embeddings in embed_batches(model, pictures, args.precision, args.workers):
            skipped += batch.skipped
            if embeddings is not None:
                writer.write_table(embedding_table(embeddings.numpy(), [batch.names[i] for i in batch.readable]))
                n += len(embeddings)
            if batch.names and batch.names[-1][0] != shard:
                shard = batch.names[-1][0]
                print(f"embedding {args.out.stem}: shard {shard} reached, {n} pictures done", flush=True)
    write_table(skipped, "skipped", args.skipped)
    print(f"{n} pictures embedded, {len(skipped)} samples skipped")


if __name__ == "__main__":
    main()

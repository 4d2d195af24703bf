"""Embed the pictures of a chunk's shards, once for every evaluation set that they are compared with.

A picture that cannot be decoded has no embedding, and is listed.
"""

import argparse
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from concept_freq.io.parquet import KEPT
from concept_freq.io.tables import SCHEMAS, atomic_path, write_table
from concept_freq.models.embedding import add_arguments, embed_batches, prepare
from concept_freq.models.similarity import embedding_table


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="shard, row, embedding (.parquet)")
    args = parser.parse_args()
    model, pictures = prepare(args, "embedding")
    schema, skipped, shard, n = pa.schema(SCHEMAS["shard_embeddings"].items()), [], "", 0
    with atomic_path(args.out) as temporary, pq.ParquetWriter(temporary, schema, **KEPT) as writer:
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

"""How similar each picture of a chunk is to the nearest picture of an evaluation set, by cosine of their embeddings."""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import safetensors.numpy

from concept_freq.io.parquet import count_rows
from concept_freq.io.progress import progress
from concept_freq.io.tables import SCHEMAS, write_table
from concept_freq.models.similarity import index_of, nearest, read_embeddings

PIECE = 16_384  # pictures


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--embeddings", type=Path, required=True, help="of the chunk: shard, row, embedding (.parquet)")
    parser.add_argument(
        "--evaluation", type=Path, required=True, help="embeddings of the evaluation set (.safetensors)"
    )
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    index = index_of(safetensors.numpy.load_file(args.evaluation)["embeddings"])
    total = -(-count_rows(args.embeddings) // PIECE)
    tables = [pa.schema(SCHEMAS["similarity"].items()).empty_table()]
    for rows, embeddings in progress(read_embeddings(args.embeddings, PIECE), total, f"searching {args.out.stem}"):
        similarity = pa.array(nearest(index, embeddings))
        tables.append(pa.table([rows["shard"], rows["row"], similarity], schema=tables[0].schema))
    found = pa.concat_tables(tables)
    write_table(found, "similarity", args.out)
    if len(found):
        quartiles = np.quantile(found["similarity"].to_numpy(), [0, 0.25, 0.5, 0.75, 1]).round(3).tolist()
        print(f"{len(found)} pictures against {index.ntotal}; similarity (minimum, quartiles, maximum): {quartiles}")


if __name__ == "__main__":
    main()

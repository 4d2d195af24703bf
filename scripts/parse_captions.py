"""Read the captions of a chunk's shards; a sample without a readable caption is listed and skipped.

Shards are WebDataset tars, or tables of captions (Parquet, TSV, CSV, TXT).
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from concept_freq.io.parquet import KEPT
from concept_freq.io.tables import SCHEMAS, atomic_path, conform, write_table
from concept_freq.shards.caption_tables import read_captions
from concept_freq.shards.tar import Skips, caption_of, listed, read_samples

SCHEMA = pa.schema(SCHEMAS["captions"].items())


def shard_name(path: Path) -> str:
    """Name of a shard without folders and endings."""
    return path.name.split(".")[0]


def parse_tar(path: Path, skips: Skips) -> Iterator[pa.Table]:
    """Rows of schema ``captions``; ``row`` counts skipped samples too, so that it always means the same sample."""
    name, rows = shard_name(path), []
    for sample in read_samples(path, skips):
        try:
            rows.append({"shard": name, "row": sample.row, "key": sample.key, "caption": caption_of(sample)})
        except ValueError as reason:
            skips.add(name, sample.row, sample.key, str(reason))
    yield pa.Table.from_pylist(rows, SCHEMA)


def parse_table(path: Path, skips: Skips, column: str, key: str | None) -> Iterator[pa.Table]:
    """The same of a table of captions, batch by batch."""
    name = shard_name(path)
    for batch in read_captions(str(path), column, key):
        table = pa.Table.from_batches([batch])
        table = table.add_column(0, "shard", pa.array([name] * len(table), pa.string()))
        empty = pc.equal(pc.utf8_trim_whitespace(table["caption"]), "")
        for row in table.filter(empty).select(["row", "key"]).to_pylist():
            skips.add(name, row["row"], row["key"], "no caption")
        yield table.filter(pc.invert(empty)).select(SCHEMA.names)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, nargs="+", required=True, help="files, or folders of them")
    parser.add_argument("--caption-column", default="caption", help="of tables")
    parser.add_argument("--key-column", help="of tables; the row number if not given")
    parser.add_argument("--skipped", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    skips, n = Skips("captions"), 0
    with atomic_path(args.out) as temporary, pq.ParquetWriter(temporary, SCHEMA, **KEPT) as writer:
        for path in listed(args.shards):
            is_tar = path.suffix == ".tar"
            parts = parse_tar(path, skips) if is_tar else parse_table(path, skips, args.caption_column, args.key_column)
            for table in parts:
                writer.write_table(conform(table, "captions"))
                n += len(table)
        write_table(skips.rows, "skipped", args.skipped)
    print(f"{n} captions, {len(skips.rows)} samples skipped")


if __name__ == "__main__":
    main()

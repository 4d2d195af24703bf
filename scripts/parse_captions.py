"""Read the captions of a chunk's shards; a sample without a readable caption is listed and skipped.

Shards are WebDataset tars, or tables of captions (Parquet, TSV, CSV, TXT). A chunk without any caption is an error.
"""

import argparse
import functools
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from concept_freq.io.parquet import KEPT
from concept_freq.io.tables import SCHEMAS, atomic_path, conform, write_table
from concept_freq.shards.caption_tables import CaptionFileError, read_captions
from concept_freq.shards.captions import COLUMN, caption_of, captions_in, is_caption, source_of
from concept_freq.shards.expected import list_missing
from concept_freq.shards.names import is_tar, table_name
from concept_freq.shards.tar import Skips, listed, open_archive

SCHEMA = pa.schema(SCHEMAS["captions"].items())
REASONS = 3  # that an error names
REMEDY = "name the column of captions (of tars: their extension, or their key in the .json) by caption_column"


def parse_tar(path: Path, skips: Skips, column: str) -> Iterator[pa.Table]:
    """Rows of schema ``captions``; ``row`` counts skipped samples too, so that it always means the same sample."""
    name, rows = table_name(path), []
    with open_archive(path, skips, functools.partial(is_caption, column)) as archive:
        source = source_of(archive.extensions, column)
        for sample in map(archive.read, archive.entries):
            try:
                rows.append(
                    {"shard": name, "row": sample.row, "key": sample.key, "caption": caption_of(sample, source)}
                )
            except ValueError as reason:
                for _ in range(captions_in(sample) or 1):
                    skips.add(name, sample.row, sample.key, str(reason))
        list_missing(path, archive.n_samples, skips)
    yield pa.Table.from_pylist(rows, SCHEMA)


def parse_table(path: Path, skips: Skips, column: str, key: str | None) -> Iterator[pa.Table]:
    """The same of a table of captions, batch by batch."""
    name = table_name(path)
    for batch in read_captions(str(path), column, key, functools.partial(skips.add, name)):
        table = pa.Table.from_batches([batch])
        yield table.add_column(0, "shard", pa.array([name] * len(table), pa.string())).select(SCHEMA.names)


def parse(path: Path, skips: Skips, column: str, key: str | None) -> Iterator[pa.Table]:
    """The captions of a shard of any form."""
    return parse_tar(path, skips, column) if is_tar(path) else parse_table(path, skips, column, key)


def why_none(shards: list[Path], skips: Skips) -> str:
    """What was found in shards that have no caption."""
    reasons = Counter(row["reason"] for row in skips.rows).most_common()
    shown = [f"{n} times {reason!r}" for reason, n in reasons[:REASONS]]
    more = [f"{len(reasons) - REASONS} other reasons"] * (len(reasons) > REASONS)
    return f"no caption in {', '.join(map(str, shards[:REASONS]))}: {', '.join([*shown, *more])}; {REMEDY}"


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, nargs="+", required=True, help="files, or folders of them")
    parser.add_argument(
        "--caption-column",
        default=COLUMN,
        help="name; of tables without header a number from 1; of tars an extension, or a key of the .json",
    )
    parser.add_argument("--key-column", help="of tables; the row number if not given")
    parser.add_argument("--skipped", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    skips, n, shards = Skips("captions"), 0, listed(args.shards)
    if not shards:
        sys.exit(f"no shards in {', '.join(map(str, args.shards))}; name tars or tables, or folders of them")
    try:
        with atomic_path(args.out) as temporary, pq.ParquetWriter(temporary, SCHEMA, **KEPT) as writer:
            for path in shards:
                for table in parse(path, skips, args.caption_column, args.key_column):
                    writer.write_table(conform(table, "captions"))
                    n += len(table)
            if skips.rows and not n:
                sys.exit(why_none(shards, skips))
            write_table(skips.rows, "skipped", args.skipped)
    except (CaptionFileError, FileNotFoundError) as error:
        sys.exit(str(error))
    print(f"{n} captions, {len(skips.rows)} samples skipped")


if __name__ == "__main__":
    main()

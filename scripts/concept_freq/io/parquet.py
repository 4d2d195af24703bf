"""Parquet files that are kept between steps: written with a checksum of every page, and read against it.

A flipped bit is otherwise read as other data in up to six of ten cases. DuckDB does not look at the checksums, so what
it is to read goes through ``verify`` first.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

KEPT = {"compression": "zstd", "write_page_checksum": True}  # how every kept file is written
BATCH = 1 << 16
OTHER = (MemoryError, FileNotFoundError, PermissionError)  # what is raised of a file that is whole


@contextmanager
def intact(path: Path) -> Iterator[None]:
    """End the program where reading ``path`` shows that it is damaged; a file that is missing is another error."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OTHER) or getattr(error, "errno", None):
            raise
        reason = (str(error).splitlines() or [""])[0][:200]
        sys.exit(f"{path} is damaged ({reason}); delete it, it is made again")


def read_batches(
    path: Path, size: int = BATCH, columns: list[str] | None = None, dictionary: Sequence[str] = ()
) -> Iterator[pa.RecordBatch]:
    """Rows of a kept file in batches, in little memory; columns of ``dictionary`` as codes of distinct values."""
    options = {"pre_buffer": False, "buffer_size": 1 << 20, "page_checksum_verification": True}
    with intact(path), pq.ParquetFile(path, read_dictionary=list(dictionary), **options) as file:
        left = file.metadata.num_rows
        for batch in file.iter_batches(size, columns=columns, use_threads=False):
            left -= len(batch)
            yield batch
        if left:  # a damaged page header can end a column early, which Arrow takes for its end
            raise pa.ArrowInvalid(f"{left} rows are missing")


def count_rows(path: Path) -> int:
    """How many rows a kept file has."""
    with intact(path):
        return pq.read_metadata(path).num_rows


def verify(paths: Iterable[Path]) -> None:
    """Read kept files whole, for readers that do not look at the checksums."""
    for path in paths:
        with intact(path):
            names = [field.name for field in pq.read_schema(path) if pa.types.is_string(field.type)]
        for _ in read_batches(path, dictionary=names):
            pass


def read_rows(path: Path, columns: list[str] | None = None, filters: list[tuple] | None = None) -> pa.Table:
    """A kept file as an Arrow table, where all ``filters`` (column, operator, value) hold."""
    with intact(path):
        return pq.read_table(path, columns=columns, filters=filters, page_checksum_verification=True)


def read_frame(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """A kept file as a data frame."""
    with intact(path):
        return pd.read_parquet(path, columns=columns, page_checksum_verification=True)

"""Captions from files of any common form: Parquet, TSV or CSV with a header, one caption per line; local or remote.

DuckDB reads them, with any compression it knows; remote files go through fsspec.
"""

from pathlib import Path

import duckdb
import fsspec
import pyarrow as pa

TABLE = "read_csv($path, delim = {delimiter}, quote = {quote}, escape = {quote}, header = true, all_varchar = true)"
READERS = {
    ".parquet": "read_parquet($path)",
    ".tsv": TABLE.format(delimiter="'\t'", quote="''"),  # CC-3M and YFCC hold stray quotes: they mean nothing
    ".csv": TABLE.format(delimiter="','", quote="'\"'"),
    ".txt": "read_csv($path, delim = '\x1f', quote = '', escape = '', header = false, names = ['caption'],"
    " all_varchar = true)",
}
FORMS = "a .parquet, .tsv or .csv file with a column of captions, or a .txt file with one caption per line"


class CaptionFileError(ValueError):
    """A file that cannot be read as captions; the message names it and the remedy."""


def connect_to(path: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB of one thread that can open ``path``, remote or not."""
    db = duckdb.connect(config={"threads": 1})
    scheme = path.split("://")[0] if "://" in path else ""
    if scheme:
        db.register_filesystem(fsspec.filesystem(scheme))
    return db


def reader_of(path: str) -> str:
    """The DuckDB table function for a file, by its ending before any compression's."""
    endings = Path(path.split("?")[0]).suffixes
    for ending in reversed(endings):
        if ending.lower() in READERS:
            return READERS[ending.lower()]
    raise CaptionFileError(f"{path}: captions must be {FORMS}, compressed or not")


def read_captions(path: str, column: str = "caption") -> pa.RecordBatchReader:
    """The captions of a file in order as batches of (row, caption); null captions keep their row and are empty."""
    sql = "select (row_number() over () - 1)::uinteger as row, coalesce({column}::varchar, '') as caption from {reader}"
    column = "caption" if Path(path).suffixes[:1] == [".txt"] else column
    quoted = '"' + column.replace('"', '""') + '"'
    try:
        found = connect_to(path).sql(sql.format(column=quoted, reader=reader_of(path)), params={"path": path})
        return found.to_arrow_reader(1 << 17)
    except (duckdb.Error, OSError, ImportError) as error:
        first = str(error).splitlines()[0]
        raise CaptionFileError(f"{path}: cannot be read as {FORMS} {column!r}: {first}") from None

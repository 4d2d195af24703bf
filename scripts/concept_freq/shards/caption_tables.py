"""Captions from files of any common form: Parquet, TSV or CSV with a header, one caption per line; local or remote.

DuckDB reads them, with any compression it knows; a remote file is fetched first, and removed when it is read.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from concept_freq.io.duck import connect, sql_name
from concept_freq.shards.fetch import FetchError, Shard, fetch

TABLE = "read_csv($path, delim = {delimiter}, quote = {quote}, escape = {quote}, header = true, all_varchar = true)"
READERS = {
    ".parquet": "read_parquet($path)",
    ".tsv": TABLE.format(delimiter="'\t'", quote="''"),  # CC-3M and YFCC hold stray quotes: they mean nothing
    ".csv": TABLE.format(delimiter="','", quote="'\"'"),
    ".txt": "read_csv($path, delim = '\x1f', quote = '', escape = '', header = false, names = ['caption'],"
    " all_varchar = true)",
}
FORMS = "a .parquet, .tsv or .csv file with a column of captions, or a .txt file with one caption per line"
BATCH = 1 << 17
# A null caption keeps its row and is empty.
SQL = """
select (row_number() over () - 1)::uinteger as row, {key}::varchar as key, coalesce({column}::varchar, '') as caption
from {reader}
"""


class CaptionFileError(ValueError):
    """A file that cannot be read as captions; the message names it and the remedy."""


@contextmanager
def local(path: str) -> Iterator[str]:
    """The file itself, or a copy of a remote one for as long as it is read."""
    if "://" not in path:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        shard = Shard(path)
        fetch(shard, Path(folder) / shard.name)
        yield str(Path(folder) / shard.name)


def reader_of(path: str) -> str:
    """The DuckDB table function for a file, by its ending before any compression's."""
    for ending in reversed(Path(path.split("?")[0]).suffixes):
        if ending.lower() in READERS:
            return READERS[ending.lower()]
    raise CaptionFileError(f"{path}: captions must be {FORMS}, compressed or not")


def read_captions(path: str, column: str = "caption", key: str | None = None) -> Iterator[pa.RecordBatch]:
    """The captions of a file in order as batches of (row, key, caption).

    ``key`` names the column of the samples' own names; the row number where none is given.
    """
    name = sql_name(key) if key else "(row_number() over () - 1)"
    sql = SQL.format(key=name, column=sql_name(column), reader=reader_of(path))
    try:
        with local(path) as here:
            found = connect().sql(sql, params={"path": here})
            yield from found.to_arrow_reader(BATCH)
    except FetchError as error:
        raise CaptionFileError(str(error)) from None
    except (duckdb.Error, OSError) as error:
        first = (str(error) or type(error).__name__).splitlines()[0]
        raise CaptionFileError(f"{path}: cannot be read as {FORMS} ({column!r}): {first}") from None

"""Captions from tables of any common form: Parquet, TSV or CSV, or one caption per line; local or remote.

Arrow reads them, by the literal name of the file, with the compressions that its first bytes tell. A caption that
cannot be used (none, not UTF-8, in a line with too many cells) is reported, and its row number is no other's.
"""

import glob
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from concept_freq.shards.columns import as_text, flat, is_list, is_text, keys_of, plain
from concept_freq.shards.fetch import FetchError, fetch
from concept_freq.shards.lines import ONE_A_LINE, Lines, Lost, first_line
from concept_freq.shards.manifests import Shard
from concept_freq.shards.names import is_remote, is_table, matching, shard_name

DELIMITERS = {".tsv": "\t", ".csv": ",", ".txt": ONE_A_LINE}
FORMS = "a .parquet, .tsv or .csv file with a column of captions, or a .txt file with one caption per line"
BATCH = 1 << 17
SHOWN = 20
NUMBER = ", or give its number, from 1, if the first line is no header"
Columns = tuple[np.ndarray, list[pa.Array]]  # row numbers, then captions and keys


class CaptionFileError(ValueError):
    """A file that cannot be read as captions; the message names it and the remedy."""


def ignore(row: int, key: str, reason: str) -> None:
    """Report nothing of a lost caption."""


@contextmanager
def local(path: str) -> Iterator[str]:
    """The file itself, or a copy of a remote one for as long as it is read."""
    if not is_remote(path):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / shard_name(path)
        fetch(Shard(path), copy)
        yield str(copy)


def form_of(path: str) -> str:
    """The ending that tells a file's form: its last one before any compression's; raises ValueError."""
    for ending in reversed(PurePath(shard_name(path)).suffixes):
        if ending.lower() in (".parquet", *DELIMITERS):
            return ending.lower()
    raise ValueError(f"captions must be {FORMS}, compressed or not")


def found_files(path: str) -> list[str]:
    """The files that a path stands for: itself, those of a folder that can hold captions, or those of a pattern."""
    if is_remote(path) or Path(path).is_file() or not (Path(path).is_dir() or glob.has_magic(path)):
        return [path]
    inside = matching(f"{path}/*" if Path(path).is_dir() else path)
    if files := [file for file in inside if is_table(file)]:
        return files
    raise CaptionFileError(f"{path}: no file there is {FORMS}")


def place_of(column: str, names: list[str], remedy: str = "") -> int:
    """Position of a column by its name, in any case where that is clear; raises ValueError."""
    same = [i for i, name in enumerate(names) if name == column]
    alike = same or [i for i, name in enumerate(names) if name.casefold() == column.casefold()]
    if len(alike) == 1:
        return alike[0]
    there = ", ".join(name[:40] for name in names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    raise ValueError(
        f"{f'{len(alike)} columns' if alike else 'no column'} {column}; it has {there}; name one of these{remedy}"
    )


def read_lines(path: str, column: str, key: str | None, lost: Lost) -> Iterator[Columns]:
    """Columns of a table of lines. A number as the name of the captions' column means that it has no header."""
    delimiter = DELIMITERS[form_of(path)]
    first = first_line(path, delimiter)
    header = delimiter != ONE_A_LINE and not column.isdigit()
    names = (first or []) if header else [str(i + 1) for i in range(len(first or [""]))]
    wanted = ["1"] if delimiter == ONE_A_LINE else [name for name in (column, key) if name]
    places = [place_of(name, names, NUMBER) for name in wanted]
    if first is not None:
        yield from Lines(path, delimiter, len(names), header, lost).batches(places)


def read_table(path: str, column: str, key: str | None) -> Iterator[Columns]:
    """Columns of a Parquet file."""
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        wanted = [schema.names[place_of(name, schema.names)] for name in (column, key) if name]
        following = 0
        for batch in file.iter_batches(BATCH, columns=list(dict.fromkeys(wanted))):
            rows = np.arange(following, following + len(batch))
            following += len(batch)
            yield rows, [batch.column(name) for name in wanted]


def usable(captions: pa.Array, rows: np.ndarray, keys: pa.Array, lost: Lost) -> pa.RecordBatch:
    """A batch of (row, key, caption) of the captions that can be used; the others are reported."""
    text = as_text(captions)
    empty = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(text), ""), True)
    for i in np.flatnonzero(empty.to_numpy(zero_copy_only=False)).tolist():
        unreadable = captions[i].is_valid and not text[i].is_valid
        lost(int(rows[i]), keys[i].as_py(), "caption is not UTF-8" if unreadable else "no caption")
    columns = {"row": pa.array(rows, pa.uint32()), "key": keys, "caption": text}
    return pa.record_batch(columns).filter(pc.invert(empty))


def one_by_one(lists: pa.Array, keys: pa.Array, first: int) -> tuple[pa.Array, np.ndarray, pa.Array]:
    """Captions of lists, each with a row of its own from ``first`` on, and their keys."""
    captions, parents = flat(lists)
    return plain(captions), np.arange(first, first + len(parents)), keys.take(pa.array(parents))


def read_file(path: str, column: str, key: str | None, lost: Lost) -> Iterator[pa.RecordBatch]:
    """Captions of one local file; raises ValueError with the reason where it has none."""
    is_parquet, following = form_of(path) == ".parquet", 0
    for rows, columns in read_table(path, column, key) if is_parquet else read_lines(path, column, key, lost):
        captions, keys = plain(columns[0]), keys_of(columns[1] if len(columns) > 1 else None, rows)
        if is_list(columns[0].type):
            captions, rows, keys = one_by_one(columns[0], keys, following)
        following += len(rows)
        if not is_text(captions.type):
            raise ValueError(f"column {column} holds {captions.type}, no text; write it as a column of text")
        yield usable(captions, rows, keys, lost)


def read_captions(
    path: str, column: str = "caption", key: str | None = None, lost: Lost = ignore
) -> Iterator[pa.RecordBatch]:
    """The usable captions of a file (or of the files that found_files finds) in order: batches of (row, key, caption).

    ``column`` and ``key`` (the samples' own names, otherwise the row numbers) are columns by name, or by number, from 1
    on, in a file without header. ``lost`` is called with row, key and reason of each caption that cannot be used.
    """
    for file in found_files(path):
        try:
            with local(file) as here:
                yield from read_file(here, column, key, lost)
        except FetchError as error:
            raise CaptionFileError(str(error)) from None
        except FileNotFoundError:
            raise CaptionFileError(f"{file}: no such file; name one that is there") from None
        except (pa.ArrowException, OSError, EOFError) as error:
            first = (str(error) or type(error).__name__).splitlines()[0]
            raise CaptionFileError(f"{file}: cannot be read as {FORMS}: {first}") from None
        except ValueError as error:
            raise CaptionFileError(f"{file}: {error}") from None

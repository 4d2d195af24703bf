"""Where a command's table goes: standard output, a file in the form that its ending says, or what a path leads to."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from concept_freq.io.tables import atomic_path

STANDARD = ("-", "/dev/stdout")


def write_csv(table: pa.Table, file: BinaryIO, delimiter: str = ",") -> None:
    """Comma-separated, quoted where a cell needs it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
    file.write(text.getvalue().encode())


def write_tsv(table: pa.Table, file: BinaryIO) -> None:
    """The same between tabs."""
    write_csv(table, file, "\t")


def write_json(table: pa.Table, file: BinaryIO) -> None:
    """A list with an object for each row."""
    file.write(json.dumps(table.to_pylist(), ensure_ascii=False, indent=1).encode() + b"\n")


def write_parquet(table: pa.Table, file: BinaryIO) -> None:
    """Parquet, made in memory, as a pipe cannot be sought in."""
    made = io.BytesIO()
    pq.write_table(table, made, compression="zstd")
    file.write(made.getvalue())


WRITERS: dict[str, Callable[[pa.Table, BinaryIO], None]] = {
    ".csv": write_csv,
    ".tsv": write_tsv,
    ".json": write_json,
    ".parquet": write_parquet,
}


def writer_of(out: str, as_json: bool) -> Callable[[pa.Table, BinaryIO], None]:
    """How to write to ``out``: by its ending, CSV where it has none; ends the program at an unknown ending."""
    ending = ".json" if as_json else Path(out).suffix.lower() or ".csv"
    if ending not in WRITERS:
        sys.exit(f"--out {out}: cannot write {ending}; end the name in {', '.join(WRITERS)}")
    return WRITERS[ending]


@contextmanager
def opened(out: str) -> Iterator[BinaryIO]:
    """Open ``out`` before the work is done, so that one that cannot be written ends the program at once.

    A regular file is replaced when it is complete. Anything else (a device, a pipe, a link) is written through: to
    replace /dev/stdout would take it from the whole machine.
    """
    path = Path(out)
    try:
        if out in STANDARD:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        elif path.is_symlink() or (path.exists() and not path.is_file()):
            with path.open("wb") as file:
                yield file
        else:
            with atomic_path(path) as temporary, temporary.open("wb") as file:
                yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.exit(f"--out {out}: cannot be written ({error.strerror or error}); name another file")

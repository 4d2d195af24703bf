"""Where captions come from: files, folders, patterns, addresses, pipes and standard input."""

import glob
import stat
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from concept_freq.shards.caption_tables import FORMS, CaptionFileError, read_captions
from concept_freq.shards.lines import Lost
from concept_freq.shards.names import is_foreign, is_table, matching

STDIN = "-"
BATCH = 1 << 16  # lines that are read at once


def is_stream(file: str) -> bool:
    """Whether a name means a stream of lines: standard input, a pipe or a device."""
    if file == STDIN or "://" in file or not (path := Path(file)).exists():
        return file == STDIN
    mode = path.stat().st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def expanded(path: str) -> list[str]:
    """The files that an argument means: those of a folder or a pattern, in order; a name that exists is no pattern."""
    here = Path(path)
    if is_stream(path) or "://" in path or here.is_file() or not (here.is_dir() or glob.has_magic(path)):
        return [path]
    found = here.iterdir() if here.is_dir() else map(Path, matching(path))
    if not (
        files := sorted(str(file) for file in found if file.is_file() and is_table(file) and not is_foreign(file.name))
    ):
        raise CaptionFileError(f"{path}: no file there is {FORMS}")
    return files


def files_of(paths: list[str]) -> list[str]:
    """Every file once, in order; one that is named twice is said on standard error."""
    files: dict[str, str] = {}
    for file in (file for path in paths for file in expanded(path)):
        place = file if is_stream(file) or "://" in file else str(Path(file).resolve())
        if place in files:
            print(f"{file}: named twice, counted once", file=sys.stderr)
        files.setdefault(place, file)
    return list(files.values())


def is_utf8(line: bytes) -> bool:
    """Whether bytes are UTF-8."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def lines_of(stream: BinaryIO, name: str) -> Iterator[pa.Array]:
    """Lines of a stream in batches; raises CaptionFileError at one that is not UTF-8."""
    number = 0
    while lines := list(islice(stream, BATCH)):
        try:
            yield pa.array([line.decode().rstrip("\r\n") for line in lines], pa.string())
        except UnicodeDecodeError:
            number += next(i for i, line in enumerate(lines, start=1) if not is_utf8(line))
            raise CaptionFileError(f"{name}: line {number}: not UTF-8; convert it first (iconv)") from None
        number += len(lines)


def captions_of(file: str, column: str, lost: Lost) -> Iterator[pa.Array]:
    """Captions of a file, or of a stream with one a line, in batches; ``lost`` is told of those that cannot be used."""
    if not is_stream(file):
        yield from (batch.column("caption") for batch in read_captions(file, column, lost=lost))
        return
    with nullcontext(sys.stdin.buffer) if file == STDIN else Path(file).open("rb") as stream:
        yield from lines_of(stream, "standard input" if file == STDIN else file)

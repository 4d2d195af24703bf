"""Tables of lines, TSV and CSV, with or without header, and files of one caption per line, read by Arrow as bytes.

So a caption in another encoding, or a line with too many cells, costs one row and not the file.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from concept_freq.shards.archive import open_plain

ONE_A_LINE = "\x1f"  # separates the cells of a file that has one a line
BLOCK = 1 << 24  # bytes that are parsed at once, and longer than any line
MOST_LINES = 100  # of a caption
END = b"\0end of file\0"
SUBSTITUTE = "\ufdd0".encode()  # of a byte that is no UTF-8: no character, so it is in no text
codecs.register_error("substitute", lambda error: (SUBSTITUTE.decode(), error.start + 1))
Lost = Callable[[int, str, str], None]  # row, key, reason


def first_line(path: str, delimiter: str) -> list[str] | None:
    """Cells of a table's first line that is not empty; None of an empty file. Raises ValueError of UTF-16."""
    with open_plain(Path(path))[0] as file:
        start = file.read(BLOCK)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start[:2]:  # with a byte order mark or without
        raise ValueError("is UTF-16; save it as UTF-8")
    if delimiter == ONE_A_LINE or not start:
        return [""] if start else None
    line = re.split("[\r\n]", start.decode("utf-8-sig", "replace").lstrip("\r\n"), maxsplit=1)[0]
    quoting = csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE
    try:
        return next(csv.reader([line], delimiter=delimiter, quoting=quoting), [])
    except csv.Error as error:
        raise ValueError(f"the first line is no header: {error}") from None


class Checked:
    """A file as UTF-8, each byte that is none replaced by SUBSTITUTE, with a last line of its own.

    Arrow reports lines as text, and fails where they are not UTF-8. The last line is read as a line only if no quote
    before it is open.
    """

    closed = False  # Arrow asks for it

    def __init__(self, file: BinaryIO, last: bytes) -> None:
        self.file, self.last, self.ahead, self.rest = file, last, b"", b""
        self.ended = self.substituted = False

    def checked(self, data: bytes) -> bytes:
        """The next bytes as UTF-8, up to the last whole character."""
        data = self.rest + data
        try:
            n = codecs.utf_8_decode(data, "strict", self.ended)[1]
            self.rest = data[n:]
            return data[:n]
        except UnicodeDecodeError:
            text, n = codecs.utf_8_decode(data, "substitute", self.ended)
            self.substituted, self.rest = True, data[n:]
            return text.encode()

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer at the end."""
        while len(self.ahead) <= size and not self.ended:
            data = self.file.read(size)
            self.ended = not data
            self.ahead += self.checked(data)
            if self.ended:
                self.ahead += self.last + b"\n" * (not (self.last or self.ahead).endswith(b"\n"))
        read, self.ahead = self.ahead[:size], self.ahead[size:]
        return read

    def as_read(self, column: pa.Array) -> pa.Array:
        """A column in which what was no UTF-8 is none again."""
        return pc.replace_substring(column, SUBSTITUTE, b"\xff") if self.substituted else column


class Lines:
    """A table of ``n_cells`` in each line, of which those that have more or fewer are reported to ``lost``."""

    def __init__(self, path: str, delimiter: str, n_cells: int, header: bool, lost: Lost) -> None:
        self.path, self.delimiter, self.header, self.lost = path, delimiter, header, lost
        self.end = b"\n" + delimiter.encode().join([END] * n_cells) + b"\n" if delimiter == "," else b""
        self.dropped: list[int] = []
        self.open: int | None = None  # row with a quote that is not closed

    def drop(self, line: pyarrow.csv.InvalidRow) -> str:
        """Report a line with too few or too many cells."""
        row = line.number - 1 - self.header
        self.lost(row, str(row), f"{line.actual_columns} cells in a line, {line.expected_columns} in the first one")
        self.dropped.append(row)
        if line.text.count("\n") > MOST_LINES:
            self.open = row
        return "skip"

    def options(self, places: list[int]) -> dict[str, object]:
        """How Arrow reads the file; only on one thread do dropped lines have a number."""
        quotes = self.delimiter == ","  # in a .tsv, CC-3M and YFCC have stray quotes that mean nothing
        names = [f"f{place}" for place in dict.fromkeys(places)]
        return {
            "read_options": pyarrow.csv.ReadOptions(
                use_threads=False, block_size=BLOCK, autogenerate_column_names=True
            ),
            "parse_options": pyarrow.csv.ParseOptions(
                delimiter=self.delimiter,
                quote_char='"' if quotes else False,
                newlines_in_values=quotes,
                ignore_empty_lines=self.delimiter != ONE_A_LINE,
                invalid_row_handler=self.drop,
            ),
            "convert_options": pyarrow.csv.ConvertOptions(
                include_columns=names, column_types=dict.fromkeys(names, pa.binary()), check_utf8=False
            ),
        }

    def numbered(self, following: int, n: int) -> np.ndarray:
        """Numbers of the next n rows that were not dropped."""
        candidates = np.arange(following, following + n + len(self.dropped))
        return np.setdiff1d(candidates, self.dropped, assume_unique=True)[:n]

    def batches(self, places: list[int]) -> Iterator[tuple[np.ndarray, list[pa.Array]]]:
        """Row numbers and the columns at these places, in order; raises ValueError where a quote is left open."""
        following, first, ended = 0, int(self.header), not self.end
        with open_plain(Path(self.path))[0] as file:
            checked = Checked(file, self.end)
            reader = pyarrow.csv.open_csv(checked, **self.options(places))
            for batch in reader:
                columns = [checked.as_read(batch.column(f"f{place}").slice(first)) for place in places]
                if self.end and len(columns[0]) and columns[0][-1].as_py() == END:
                    ended, columns = True, [column.slice(0, len(column) - 1) for column in columns]
                rows, first = self.numbered(following, len(columns[0])), 0
                following = rows[-1] + 1 if len(rows) else following
                self.check(rows, columns[0])
                yield rows, columns
        self.check_closed(following if not ended else self.open)

    def check(self, rows: np.ndarray, captions: pa.Array) -> None:
        """Raise ValueError where a cell holds so many lines that it must be several rows."""
        self.check_closed(self.open)
        long = pc.greater(pc.count_substring(captions, "\n"), MOST_LINES) if self.end else pa.array([False])
        self.check_closed(rows[long.index(True).as_py()] if pc.any(long).as_py() else None)

    def check_closed(self, row: int | None) -> None:
        """Raise ValueError where a row has an open quote."""
        if row is not None:
            raise ValueError(f"a quote in row {row + 1}, or soon after it, is not closed; close or remove it")

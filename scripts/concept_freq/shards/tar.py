"""Read and write WebDataset tar shards as img2dataset makes them: KEY.jpg, KEY.txt, KEY.json side by side.

``webdataset`` is not used here, since it streams: it needs a sample's files side by side, drops or refuses what is
otherwise, and numbers nothing. Counting needs the row of every sample, lost ones included, in several programs that
each read other files of it; rating needs to pick rows. So a shard's headers are read first, then the wanted files.
Where ``webdataset`` reads a shard rightly, both give the same samples (tests compare them).
"""

import io
import sys
import tarfile
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from concept_freq.shards.archive import LARGEST, MOST, RATIO, BrokenError, Reader, members, open_plain
from concept_freq.shards.names import is_foreign, is_table, is_tar, table_name

Wanted = Callable[[str], bool]
REST_LOST = "rest of the shard lost"
AMBIGUOUS = "key stands for several samples, which cannot be told apart"


@dataclass
class Sample:
    """Files of one key by extension; ``row`` is the sample's position in its shard, broken samples counted too.

    ``unread`` are the extensions of its other files, each with the reason if the file was wanted.
    """

    row: int
    key: str
    files: dict[str, bytes] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)


@dataclass
class Skips:
    """Samples that a step had to leave out, each with its reason (schema ``skipped``)."""

    step: str
    rows: list[dict] = field(default_factory=list)

    def add(self, shard: str, row: int, key: str, reason: str) -> None:
        """Record one sample, or with an empty key the rest of a shard."""
        self.rows.append({"step": self.step, "shard": shard, "row": row, "key": key, "reason": reason})


@dataclass
class Entry:
    """A sample in a shard's index: for each extension the place (offset, size) of its file, or why it is not read."""

    row: int
    key: str
    places: dict[str, tuple[int, int] | str] = field(default_factory=dict)


def everything(extension: str) -> bool:
    """Every file is wanted."""
    return True


def in_folder(folder: Path) -> list[Path]:
    """Shards in a folder: its tars, and its tables but those that img2dataset writes beside a tar (NNNNN.parquet)."""
    files = list(folder.iterdir())
    tars = {table_name(path) for path in files if is_tar(path)}
    return [path for path in files if is_tar(path) or (is_table(path) and table_name(path) not in tars)]


def listed(paths: Iterable[Path]) -> list[Path]:
    """Shards by name; a folder stands for the shards in it."""
    found = [file for path in paths for file in (in_folder(path) if path.is_dir() else [path])]
    return sorted((path for path in found if not is_foreign(path.name)), key=lambda path: path.name)


def key_and_extension(name: str) -> tuple[str, str]:
    """Key, its folder included, and extension of a file in a shard: they part at the file name's first dot."""
    if not name.isascii():  # bytes of another encoding are no text: they are shown as escapes
        name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    folder, _, name = name.rpartition("/")
    stem, _, extension = name.partition(".")
    return f"{folder}/{stem}".lstrip("/"), sys.intern(extension.lower())


def is_sample_file(member: tarfile.TarInfo) -> bool:
    """Whether a member belongs to a sample: a file with an extension, not hidden or a system's (``__MACOSX/0.jpg``)."""
    parts = [part for part in member.name.split("/") if part not in (".", "..")]
    foreign = any(map(is_foreign, parts))
    return (member.isreg() or member.islnk()) and not foreign and "." in parts[-1]


class Index:
    """A shard's samples in the order of their first files, and where these lie; made from headers alone.

    A key that comes back with a file that it had before begins another sample.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.wanted, self.entries, self.links = wanted, [], {}
        self.of_key: dict[str, list[Entry]] = {}

    def append(self, key: str) -> Entry:
        """Begin a sample."""
        self.entries.append(Entry(len(self.entries), key))
        return self.entries[-1]

    def add(self, member: tarfile.TarInfo, at: int) -> Entry:
        """Add a file, whose bytes lie at ``at`` if it has any of its own; returns the sample that it belongs to."""
        key, extension = key_and_extension(member.name)
        of_key = self.of_key.setdefault(key, [])
        if not of_key or extension in of_key[-1].places:
            of_key.append(self.append(key))
        place = self.place_of(member, at) if self.wanted(extension) else ""
        of_key[-1].places[extension] = self.links[member.name] = place
        return of_key[-1]

    def place_of(self, member: tarfile.TarInfo, at: int) -> tuple[int, int] | str:
        """Where a file's bytes lie, or why they are not to be read."""
        if member.islnk():
            return self.links.get(member.linkname, "link to a file that is not in the shard")
        if member.issparse() or member.size > LARGEST:
            return f"file is sparse, or larger than {LARGEST >> 20} MiB"
        return at, member.size

    def ambiguous(self) -> Iterator[Entry]:
        """Samples of keys that stand for several with unlike files: which belong together is not known.

        The first one is kept if it has a file of every kind, for it was whole before its key came back.
        """
        for of_key in self.of_key.values():
            kinds = [set(entry.places) for entry in of_key]
            if any(kind != kinds[0] for kind in kinds):
                yield from of_key[kinds[0] == set.union(*kinds) :]


class Archive:
    """An open shard of ``n_samples``; ``entries`` are those that can be read, of files with these ``extensions``."""

    def __init__(self, file: BinaryIO, index: Index, lost: Collection[int]) -> None:
        self.file, self.n_samples = file, len(index.entries)
        self.entries = [entry for entry in index.entries if entry.row not in lost]
        self.extensions = {extension for entry in index.entries for extension in entry.places}

    def read(self, entry: Entry) -> Sample:
        """Read a sample's files."""
        sample = Sample(entry.row, entry.key)
        for extension, place in entry.places.items():
            if isinstance(place, str):
                sample.unread[extension] = place
                continue
            self.file.seek(place[0])
            sample.files[extension] = self.file.read(place[1])
        return sample


def fill(index: Index, reader: Reader, spool: BinaryIO | None) -> Iterator[tuple[Entry, str]]:
    """Read a shard's headers into an index, wanted files of a compressed shard into ``spool``; yields what is lost."""
    last = None
    try:
        for member in members(reader):
            if member is None:
                yield index.append(""), "damaged header in the tar; what stands behind it is lost"
            elif is_sample_file(member):
                at = spool.tell() if spool else member.offset_data
                last = index.add(member, at)
                if spool and index.links[member.name] == (at, member.size) and member.isreg():
                    spool.write(reader.read(member.size))
    except BrokenError as error:
        cut = None if error.after_end else last  # the sample of the last file may lack others
        yield cut or index.append(""), f"truncated or unreadable tar ({error}); {REST_LOST}"


@contextmanager
def open_archive(path: Path, skips: Skips, wanted: Wanted = everything) -> Iterator[Archive]:
    """Open a shard to read the wanted files of its samples, of which a compressed one keeps a copy while it is open."""
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such shard; a shard that is not there is not a damaged one")
    file, packed = open_plain(path)
    with file, tempfile.TemporaryFile() if packed else path.open("rb") as data:
        index = Index(wanted)
        reader = Reader(file, not packed, max(MOST, RATIO * path.stat().st_size))
        lost = {entry.row: reason for entry, reason in fill(index, reader, data if packed else None)}
        lost |= {entry.row: AMBIGUOUS for entry in index.ambiguous() if entry.row not in lost}
        for row, reason in sorted(lost.items()):
            skips.add(table_name(path), row, index.entries[row].key, reason)
        yield Archive(data, index, lost)


def read_samples(path: Path, skips: Skips, wanted: Wanted = everything) -> Iterator[Sample]:
    """Yield the samples of a shard in order; a damaged shard yields what is whole, the rest is in ``skips``."""
    with open_archive(path, skips, wanted) as archive:
        yield from map(archive.read, archive.entries)


def pick_samples(path: Path, rows: Collection[int]) -> list[Sample]:
    """The samples of a shard at these rows, as read_samples numbers them; the others' files are passed over unread.

    Raises ValueError where the shard lacks one: it is not the shard that was counted.
    """
    with open_archive(path, Skips("pick")) as archive:
        found = {entry.row: entry for entry in archive.entries}
        if lost := sorted(set(rows) - set(found)):
            raise ValueError(
                f"{path}: no sample at row {lost[0]}; it is not the shard that was counted, count it again"
            )
        return [archive.read(found[row]) for row in sorted(set(rows))]


def add_member(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """Add bytes as a file with fixed metadata, so that equal contents make equal shards."""
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def shard_writer(path: Path) -> tarfile.TarFile:
    """Open a shard for writing, in the plain format that every reader knows."""
    return tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)

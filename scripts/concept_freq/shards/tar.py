"""Read and write WebDataset tar shards as img2dataset makes them: KEY.jpg, KEY.txt, KEY.json side by side."""

import contextlib
import io
import tarfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, UnidentifiedImageError

PICTURE_EXTENSIONS = ("jpg", "jpeg", "png", "webp")


@dataclass
class Sample:
    """Files of one key by extension; ``row`` is the sample's position in its shard, broken samples counted too."""

    row: int
    key: str
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Skips:
    """Samples that a step had to leave out, each with its reason (schema ``skipped``)."""

    step: str
    rows: list[dict] = field(default_factory=list)

    def add(self, shard: str, row: int, key: str, reason: str) -> None:
        """Record one sample, or with an empty key the rest of a shard."""
        self.rows.append(
            {
                "step": self.step,
                "shard": shard,
                "row": row,
                "key": key,
                "reason": reason,
            }
        )


def listed(paths: Iterable[Path]) -> list[Path]:
    """Shards by name; a folder stands for the shards in it."""
    found = [file for path in paths for file in (path.iterdir() if path.is_dir() else [path])]
    return sorted((path for path in found if not path.name.startswith(".")), key=lambda path: path.name)


def key_and_extension(name: str) -> tuple[str, str]:
    """Key, its folder included, and extension of a file in a shard."""
    folder, _, name = name.rpartition("/")
    stem, _, extension = name.partition(".")
    return f"{folder}/{stem}".lstrip("/"), extension.lower()


def read_members(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Yield (key, extension, bytes) of each file; raises tarfile.ReadError where the shard ends early."""
    with tarfile.open(path, mode="r|*") as tar:
        for member in tar:
            if member.isfile():
                yield (*key_and_extension(member.name), tar.extractfile(member).read())


def ends_properly(path: Path) -> bool:
    """Whether an uncompressed tar has its end mark; tarfile takes a shard cut inside a header for a whole one."""
    with path.open("rb") as file:
        if file.read(2) == b"\x1f\x8b":
            return True  # gzip checks itself
        size = file.seek(0, 2)
        file.seek(max(0, size - 1024))
        return size % 512 == 0 and file.read() == bytes(1024)


def read_samples(path: Path, skips: Skips) -> Iterator[Sample]:
    """Yield the samples of a shard in order; a truncated shard yields what is whole and is recorded in ``skips``."""
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such shard; a shard that is not there is not a damaged one")
    sample, row = None, 0
    try:
        for key, extension, data in read_members(path):
            if sample is None or key != sample.key:
                if sample:
                    yield sample
                    row += 1
                sample = Sample(row, key)
            sample.files[extension] = data
        if not ends_properly(path):
            raise tarfile.ReadError("end mark missing")
    except (tarfile.ReadError, EOFError, OSError, zlib.error) as error:
        skips.add(
            path.stem,
            row,
            sample.key if sample else "",
            f"truncated or unreadable tar ({error}); rest of the shard lost",
        )
        return
    if sample:
        yield sample


def pick_samples(path: Path, rows: Collection[int]) -> list[Sample]:
    """The samples of a shard at these rows, as read_samples numbers them; the others' files are passed over unread.

    Raises ValueError where the shard lacks one: it is not the shard that was counted.
    """
    found, row, last = {}, -1, None
    # what was counted is whole, wherever the shard breaks off after it
    with contextlib.suppress(tarfile.ReadError, EOFError, zlib.error), tarfile.open(path) as tar:
        for member in filter(tarfile.TarInfo.isfile, tar):
            key, extension = key_and_extension(member.name)
            row, last = row + (key != last), key
            if row in rows:
                found.setdefault(row, Sample(row, key)).files[extension] = tar.extractfile(member).read()
            elif row > max(rows):
                break
    if lost := sorted(set(rows) - set(found)):
        raise ValueError(f"{path}: no sample at row {lost[0]}; it is not the shard that was counted, count it again")
    return [found[row] for row in sorted(found)]


def caption_of(sample: Sample) -> str:
    """The caption; raises ValueError with the reason where there is none or it is not UTF-8."""
    if "txt" not in sample.files:
        raise ValueError("no caption (.txt)")
    try:
        return sample.files["txt"].decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("caption is not UTF-8") from error


def picture_of(sample: Sample) -> Image.Image:
    """The decoded picture, RGB; raises ValueError with the reason where there is none or it cannot be decoded."""
    data = next((sample.files[e] for e in PICTURE_EXTENSIONS if e in sample.files), None)
    if data is None:
        raise ValueError("no picture")
    try:
        return Image.open(io.BytesIO(data)).convert("RGB")
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
    ) as error:
        raise ValueError("picture cannot be decoded") from error


def add_member(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """Add bytes as a file with fixed metadata, so that equal contents make equal shards."""
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def shard_writer(path: Path) -> tarfile.TarFile:
    """Open a shard for writing, in the plain format that every reader knows."""
    return tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)

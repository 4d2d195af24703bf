"""Members of tar files as people have them: compressed, concatenated, cut off, damaged, or made to do harm.

Headers are read by ``tarfile``; the loop over them is our own, because ``tarfile`` stops without a word at the first
end mark and at the first damaged header, and believes every size that a header claims.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def open_zstd(path: Path) -> BinaryIO:
    """A file that zstd compressed; others are read where Arrow is not installed too."""
    import pyarrow as pa

    return pa.input_stream(str(path), compression="zstd")


LARGEST = 1 << 27  # bytes that are read at once: neither a picture nor a header has more
PIECE = 1 << 20
MOST, RATIO = 1 << 30, 1000  # bytes that a file may unpack to: so many, or times its own
OPENERS = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": open_zstd,
}


class BrokenError(RuntimeError):
    """The rest of a tar cannot be read; ``after_end`` is true where it stands behind an end mark."""

    def __init__(self, reason: str, after_end: bool = False) -> None:
        super().__init__(reason)
        self.after_end = after_end


def open_plain(path: Path) -> tuple[BinaryIO, bool]:
    """A file as it is without compression, which its first bytes tell, and whether it was compressed."""
    with path.open("rb") as file:
        start = file.read(8)
    opener = next((opener for magic, opener in OPENERS.items() if start.startswith(magic)), None)
    return (opener(path), True) if opener else (path.open("rb"), False)


class Reader:
    """Bytes of a tar, forwards only, as a compressed one is read; all that TarInfo.fromtarfile asks of a file."""

    def __init__(self, file: BinaryIO, can_seek: bool, most: int) -> None:
        self.file, self.can_seek, self.most, self.place = file, can_seek, most, 0

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer at the end."""
        if size > LARGEST:
            raise ValueError(f"{size} bytes at once are more than {LARGEST}")
        try:
            data = self.file.read(size)
        except (EOFError, zlib.error, lzma.LZMAError, ValueError) as error:  # the last is Arrow's
            raise BrokenError(str(error)) from error
        except OSError as error:
            if error.errno:  # the disk's fault, not the shard's
                raise
            raise BrokenError(str(error)) from error
        self.place += len(data)
        if self.place > self.most:
            raise BrokenError(f"unpacks to more than {self.most} bytes")
        return data

    def tell(self) -> int:
        """Position."""
        return self.place

    def reach(self, offset: int) -> bool:
        """Go on to a position; False where the file ends before it."""
        if self.can_seek and offset > self.place:
            self.place = self.file.seek(offset - 1)
            return bool(self.read(1))
        while self.place < offset:
            if not self.read(min(PIECE, offset - self.place)):
                return False
        return True


def blocks(size: int) -> int:
    """A size, rounded up to whole blocks."""
    return -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


def members(reader: Reader) -> Iterator[tarfile.TarInfo | None]:
    """Members in order, also those behind an end mark (``cat a.tar b.tar``), and None where damage lies between two.

    Raises BrokenError where a tar ends otherwise than by an end mark. A member's bytes may be read before the next one
    is asked for.
    """
    tar = tarfile.TarFile(fileobj=io.BytesIO(bytes(2 * tarfile.BLOCKSIZE)))  # given the file, it would read a header
    tar.fileobj, tar.offset, ended, damaged = reader, 0, False, False
    while reader.reach(start := tar.offset):
        try:
            member = tarfile.TarInfo.fromtarfile(tar)
            if tar.offset <= start:  # a negative size: https://github.com/python/cpython/issues/130577
                raise tarfile.HeaderError("negative size")
        except tarfile.EOFHeaderError:
            ended, tar.offset = True, reader.tell()
        except (tarfile.EmptyHeaderError, tarfile.TruncatedHeaderError):
            break
        except (BrokenError, OSError):
            raise
        except Exception:  # whatever tarfile raises of bytes that are no header
            damaged, tar.offset = True, max(start + tarfile.BLOCKSIZE, blocks(reader.tell()))
        else:
            yield from (None, member) if damaged else (member,)
            ended = damaged = False
    else:
        raise BrokenError("unexpected end of data")
    if damaged or not ended:
        raise BrokenError("no tar header" if damaged else "end mark missing", after_end=ended)

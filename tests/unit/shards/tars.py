"""Tars for tests: what packs shards in the wild, made by a few lines."""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image


def jpeg(colour: str = "red") -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "JPEG")
    return file.getvalue()


def tar_bytes(files: Iterable[tuple[str, bytes]], form: int = tarfile.USTAR_FORMAT) -> bytes:
    """A tar of (name, bytes) in order."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
        for name, data in files:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def pairs(numbers: Iterable[int]) -> list[tuple[str, bytes]]:
    """Files of samples side by side; the bytes say whose they are."""
    return [(f"{n:04d}.{kind}", f"{kind} of {n}".encode()) for n in numbers for kind in ("jpg", "txt")]


def write(path: Path, files: Iterable[tuple[str, bytes]], **options: int) -> Path:
    """Write a tar of files; returns its path."""
    path.write_bytes(tar_bytes(files, **options))
    return path

"""What tests of evaluation sets share: pictures of one colour, and sets in folders and shards."""

import io
from pathlib import Path

from PIL import Image

from concept_freq.shards.tar import add_member, shard_writer


def picture(colour: tuple[int, int, int], kind: str = "png") -> bytes:
    """A picture file of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(file, kind)
    return file.getvalue()


def write_pictures(folder: Path, colours: dict[str, tuple[int, int, int]], n: int = 2) -> Path:
    """FOLDER/CLASS/0.png and so on, ``n`` pictures a class."""
    for name, colour in colours.items():
        (folder / name).mkdir(parents=True)
        for i in range(n):
            (folder / name / f"{i}.png").write_bytes(picture(colour))
    return folder


def write_shard(path: Path, samples: list[dict[str, bytes]], first: int = 0) -> Path:
    """A shard of samples, each extension -> bytes, with keys from ``first`` on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with shard_writer(path) as tar:
        for key, files in enumerate(samples, start=first):
            for extension, data in files.items():
                add_member(tar, f"{key:04d}.{extension}", data)
    return path

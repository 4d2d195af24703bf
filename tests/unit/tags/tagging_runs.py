"""What the tests of taggers share: pictures, models too small to know anything, and a call of tag_images."""

import contextlib
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from programs import SCRIPTS

import tag_images

NAMES = ["acorn", "bicycle", "red panda", "T-shirt", "volcano"]
TINY = {"embed_dim": 16, "init_logit_scale": 3.0, "init_logit_bias": 0.1, "quick_gelu": False}
TINY |= {"vision_cfg": {"image_size": 16, "layers": 1, "width": 16, "head_width": 8, "patch_size": 8}}
TINY |= {"text_cfg": {"context_length": 12, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}}


def jpeg(seed: int) -> bytes:
    """A picture of coarse noise, not square."""
    pixels = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "jpeg")
    return file.getvalue()


def command_of(folder: Path, shards, concepts, *options) -> list[str]:
    """A call of tag_images that writes into a folder."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, SCRIPTS / "tag_images.py", "--shards", *shards, "--concepts", concepts, *options]
    command += ["--out", folder / "tags.parquet"]
    command += ["--histograms", folder / "h.parquet", "--skipped", folder / "s.parquet"]
    return [str(part) for part in [*command, *([] if "--floor" in options else ["--floor", "0.5"])]]


def run(folder: Path, shards, concepts, *options) -> str:
    """Call tag_images in this process, which saves the seconds of importing torch; returns what it printed."""
    output, arguments = io.StringIO(), command_of(folder, shards, concepts, *options)[1:]
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(output):
        patch.setattr(sys, "argv", arguments)
        tag_images.main()
    return output.getvalue()


def contents(folder: Path) -> dict[str, bytes]:
    """Bytes of a run's files."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}

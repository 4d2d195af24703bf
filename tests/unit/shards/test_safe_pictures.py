"""Pictures from the web: formats by allow-list, sizes by claim, every decoder's exception a skipped picture."""

import io
import os

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tars import jpeg, write

from concept_freq.shards import pictures
from concept_freq.shards.batches import Pictures
from concept_freq.shards.pictures import FORMATS, is_picture, picture_of
from concept_freq.shards.tar import Sample


def encoded(form: str, **options: object) -> bytes:
    """A picture in a format."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize((32, 32)).convert("RGB").save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize("form", [*FORMATS, "MPO"])
def test_allowed_formats_are_decoded_whatever_the_name(form):
    assert picture_of(Sample(0, "a", {"jpg": encoded(form)})).size == (32, 32)


@pytest.mark.parametrize("form", ["EPS", "DDS", "BLP", "PDF", "ICO", "TGA", "PCX", "ICNS", "SPIDER"])
def test_other_formats_are_not(form):
    file = io.BytesIO()
    Image.new("P" if form == "BLP" else "RGB", (32, 32)).save(file, form)
    with pytest.raises(ValueError, match="picture cannot be decoded"):
        picture_of(Sample(0, "a", {"jpg": file.getvalue()}))


def test_postscript_starts_no_program(tmp_path, monkeypatch):
    fake = tmp_path / "gs"
    fake.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    script = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n%%EOF\n"
    with pytest.raises(ValueError, match="picture cannot be decoded"):
        picture_of(Sample(0, "a", {"jpg": script}))
    assert not (tmp_path / "started").exists()


@given(st.sampled_from(FORMATS), st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_picture_is_a_value_error_or_a_picture(form, data):
    picture = bytearray(encoded(form))
    for place in data.draw(st.lists(st.integers(0, len(picture) - 1), min_size=1, max_size=6)):
        picture[place] = data.draw(st.integers(0, 255))
    try:
        assert picture_of(Sample(0, "a", {"jpg": bytes(picture)})).mode == "RGB"
    except ValueError as error:
        assert str(error) == "picture cannot be decoded"


@pytest.mark.parametrize("error", [RuntimeError, NotImplementedError, KeyError, MemoryError, RecursionError])
def test_any_exception_of_a_decoder_is_a_picture_that_cannot_be_decoded(monkeypatch, error):
    def broken(data):
        raise error("decoder")

    monkeypatch.setattr(pictures, "decode", broken)
    with pytest.raises(ValueError, match="picture cannot be decoded"):
        picture_of(Sample(0, "a", {"jpg": b"x"}))


@pytest.mark.parametrize("size", [(20_000, 20_000), (1, 2_000), (200_000, 100)])
def test_a_picture_that_would_take_too_much_memory_is_not_decoded(monkeypatch, size):
    monkeypatch.setattr(Image.Image, "convert", lambda image, mode: pytest.fail("decoded"))
    header = b"P5 %d %d 255\n" % size
    monkeypatch.setattr(pictures, "FORMATS", ("PPM",))
    with pytest.raises(ValueError, match="picture cannot be decoded"):
        picture_of(Sample(0, "a", {"jpg": header + bytes(16)}))


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        ({"input.jpg": "red"}, "red"),
        ({"jpg": "red", "mask.png": "blue"}, "red"),
        ({"png": "blue", "jpg": "red"}, "red"),
        ({"gif": "red"}, "red"),
    ],
)
def test_the_picture_of_a_sample(files, chosen):
    sample = Sample(0, "a", {extension: jpeg(colour) for extension, colour in files.items()})
    red, _, blue = picture_of(sample).getpixel((4, 4))
    assert (red > blue) == (chosen == "red")


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        (Sample(0, "a", {"00.jpg": b"x", "01.jpg": b"x"}), "several pictures; found .00.jpg, .01.jpg"),
        (Sample(0, "a", {}, {"txt": ""}), "no picture"),
        (Sample(0, "a", {}, {"heic": "", "txt": ""}), "no picture; found .heic, .txt"),
        (Sample(0, "a", {}, {"jpg": "file is sparse"}), "file is sparse"),
    ],
)
def test_reasons(sample, reason):
    with pytest.raises(ValueError) as error:
        picture_of(sample)
    assert str(error.value) == reason


def test_extensions_of_pictures():
    assert all(map(is_picture, ("jpg", "input.jpg", "tiff", "avif")))
    assert not any(map(is_picture, ("txt", "jpg.txt", "json", "heic", "")))


def test_a_chunk_goes_on_after_a_bad_picture(tmp_path):
    shard = write(
        tmp_path / "00000.tar", [("a.jpg", jpeg()), ("b.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n"), ("c.jpg", jpeg())]
    )
    batch = next(iter(Pictures([shard], lambda image: torch.zeros(1), 8, "pictures")))
    assert batch.readable == [0, 2]
    assert [(row["key"], row["reason"]) for row in batch.skipped] == [("b", "picture cannot be decoded")]

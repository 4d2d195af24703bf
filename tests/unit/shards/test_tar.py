"""Reading shards: whole ones, and every way in which one can be broken."""

import io
import tarfile

import pytest
from PIL import Image

from concept_freq.shards.captions import caption_of
from concept_freq.shards.pictures import picture_of
from concept_freq.shards.tar import Skips, add_member, read_samples, shard_writer


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def shard(tmp_path):
    """A shard with a whole sample and one of each kind of broken ones."""
    path = tmp_path / "00003.tar"
    with shard_writer(path) as tar:
        add_member(tar, "a.jpg", jpeg())
        add_member(tar, "a.txt", "naïve café".encode())
        add_member(tar, "b.jpg", jpeg()[:40])
        add_member(tar, "b.txt", b"broken picture")
        add_member(tar, "c.jpg", jpeg())
        add_member(tar, "d.txt", "café".encode("latin-1"))
        add_member(tar, "folder/e.v2.jpg", jpeg())
    return path


def test_rows_keys_and_files(shard):
    skips = Skips("test")
    samples = list(read_samples(shard, skips))
    assert [(s.row, s.key) for s in samples] == [(0, "a"), (1, "b"), (2, "c"), (3, "d"), (4, "folder/e")]
    assert caption_of(samples[0]) == "naïve café"
    assert picture_of(samples[0]).size == (8, 8)
    assert not skips.rows


@pytest.mark.parametrize(
    ("row", "read", "reason"),
    [
        (1, picture_of, "picture cannot be decoded"),
        (2, caption_of, "no caption"),
        (3, caption_of, "caption is not UTF-8"),
        (3, picture_of, "no picture"),
    ],
)
def test_reasons(shard, row, read, reason):
    with pytest.raises(ValueError, match=reason):
        read(list(read_samples(shard, Skips("test")))[row])


@pytest.mark.parametrize("size", [0, 100, 700, 2000])
def test_a_truncated_shard_keeps_what_is_whole(shard, size):
    whole = list(read_samples(shard, Skips("test")))
    shard.write_bytes(shard.read_bytes()[:size])
    skips = Skips("test")
    kept = list(read_samples(shard, skips))
    assert kept == whole[: len(kept)]
    assert len(skips.rows) == 1
    assert skips.rows[0]["shard"] == "00003"
    assert skips.rows[0]["row"] == len(kept)
    assert "tar" in skips.rows[0]["reason"]


def test_not_a_tar(tmp_path):
    path = tmp_path / "00000.tar"
    path.write_text("<html>503 Service Unavailable</html>" * 50)
    skips = Skips("test")
    assert not list(read_samples(path, skips))
    assert len(skips.rows) == 1


def test_equal_contents_make_equal_bytes(tmp_path):
    for name in ("a.tar", "b.tar"):
        with shard_writer(tmp_path / name) as tar:
            add_member(tar, "0.txt", b"caption")
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()
    with tarfile.open(tmp_path / "a.tar") as tar:
        assert tar.getnames() == ["0.txt"]


def test_a_shard_that_is_not_there_is_an_error_and_not_a_damaged_one(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.tar: no such shard"):
        list(read_samples(tmp_path / "none.tar", Skips("captions")))

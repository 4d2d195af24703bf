"""Tars as people have them: each is read rightly, or what is lost is listed; none takes memory that it only claims."""

import bz2
import gzip
import io
import lzma
import resource
import tarfile

import pyarrow as pa
import pytest
import webdataset
from hypothesis import given, settings
from hypothesis import strategies as st
from tars import pairs, tar_bytes, write

from concept_freq.shards.pictures import is_picture
from concept_freq.shards.tar import AMBIGUOUS, REST_LOST, Skips, listed, open_archive, pick_samples, read_samples

PACKED = {"plain": bytes, "gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
PACKED["zstd"] = lambda data: pa.compress(data, "zstd", asbytes=True)


def read(path, wanted=lambda extension: True):
    skips = Skips("test")
    return list(read_samples(path, skips, wanted)), skips.rows


def files_of(samples):
    return [(sample.key, sample.files) for sample in samples]


def expected(numbers):
    files = dict(pairs(numbers))
    return [(f"{n:04d}", {kind: files[f"{n:04d}.{kind}"] for kind in ("jpg", "txt")}) for n in dict.fromkeys(numbers)]


@given(st.permutations(pairs(range(5))), st.sampled_from(sorted(PACKED)))
@settings(max_examples=40, deadline=None)
def test_a_sample_is_its_files_wherever_they_stand(tmp_path_factory, files, packed):
    path = tmp_path_factory.mktemp("tar") / "00000.tar"
    path.write_bytes(PACKED[packed](tar_bytes(files)))
    samples, lost = read(path)
    first = dict.fromkeys(name.partition(".")[0] for name, _ in files)
    assert [(s.row, s.key) for s in samples] == list(enumerate(first))
    assert sorted(files_of(samples), key=lambda sample: sample[0]) == expected(range(5))
    assert not lost
    assert pick_samples(path, [3, 1]) == [samples[1], samples[3]]


@pytest.mark.parametrize("packed", sorted(PACKED))
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_where_webdataset_reads_a_shard_both_give_the_same(tmp_path, packed, form):
    long = "" if form == tarfile.USTAR_FORMAT else "x" * 200
    names = ["0001", "sub/0002", "./犬/0003", f"deep/{long}/0004.v2"]
    files = [(f"{name}.{kind}", f"{name} {kind}".encode()) for name in names for kind in ("JPG", "txt", "seg.png")]
    path = tmp_path / "00000.tar"
    path.write_bytes(PACKED[packed](tar_bytes([*files, ("README", b"no sample")], form)))
    plain = io.BytesIO(tar_bytes([*files, ("README", b"no sample")], form))
    members = webdataset.tariterators.tar_file_iterator(plain)
    theirs = list(webdataset.tariterators.group_by_keys({**member, "__url__": ""} for member in members))
    samples, lost = read(path)
    assert [{"__key__": s.key, "__url__": "", **s.files} for s in samples] == theirs
    assert not lost


def test_hidden_files_and_a_systems_are_none(tmp_path):
    hidden = [("Thumbs.db", b"x"), ("__MACOSX/0001.txt", b"x"), ("@eaDir/0001.jpg", b"x"), ("desktop.ini", b"x")]
    hidden += [("._0001.jpg", b"fork"), (".cache/0001.txt", b"x"), ("sub/.ipynb_checkpoints/0001-checkpoint.jpg", b"x")]
    samples, lost = read(write(tmp_path / "0.tar", [hidden[0], *pairs([1]), *hidden[1:]]))
    assert files_of(samples) == expected([1])
    assert not lost


def test_a_key_that_comes_back_whole_is_another_sample(tmp_path):
    samples, lost = read(write(tmp_path / "0.tar", pairs([1, 1, 2, 1])))
    assert [(s.row, s.key) for s in samples] == [(0, "0001"), (1, "0001"), (2, "0002"), (3, "0001")]
    assert not lost


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (["a.jpg", "a.jpg", "a.txt", "a.txt"], []),  # which picture is whose?
        (["a.jpg", "a.jpg", "a.txt"], []),
        (["a.jpg", "a.txt", "a.txt"], [0]),
        (["a.jpg", "a.txt", "a.json", "a.jpg", "a.txt"], [0]),
    ],
)
def test_a_key_that_comes_back_with_other_files_is_listed(tmp_path, names, rows):
    samples, lost = read(write(tmp_path / "0.tar", [*((name, b"x") for name in names), *pairs([7])]))
    assert [s.row for s in samples if s.key == "a"] == rows
    assert [s.key for s in samples][-1] == "0007"
    assert {row["reason"] for row in lost} == {AMBIGUOUS}
    assert len(samples) + len(lost) == samples[-1].row + 1


@pytest.mark.parametrize("packed", sorted(PACKED))
def test_tars_one_after_another_are_one_shard(tmp_path, packed):
    path = tmp_path / "0.tar"
    path.write_bytes(PACKED[packed](tar_bytes(pairs([1, 2])) + tar_bytes([]) + tar_bytes(pairs([3]))))
    samples, lost = read(path)
    assert files_of(samples) == expected([1, 2, 3])
    assert not lost


def test_bytes_behind_the_end_that_are_no_tar_are_listed(tmp_path):
    path = tmp_path / "0.tar"
    path.write_bytes(tar_bytes(pairs([1, 2])) + b"<html>" * 1000)
    samples, lost = read(path)
    assert files_of(samples) == expected([1, 2])
    assert [(row["row"], row["key"]) for row in lost] == [(2, "")]
    assert lost[0]["reason"].endswith(REST_LOST)


def test_a_damaged_header_costs_what_stands_behind_it(tmp_path):
    data = bytearray(tar_bytes(pairs(range(6))))
    data[6 * 1024 + 148] ^= 255  # checksum of the fourth sample's picture
    path = tmp_path / "0.tar"
    path.write_bytes(data)
    samples, lost = read(path)
    whole = [sample for sample in files_of(samples) if len(sample[1]) == 2]
    assert whole == [sample for sample in expected(range(6)) if sample[0] != "0003"]
    assert len(lost) == 1
    assert "damaged header" in lost[0]["reason"]
    assert lost[0]["row"] not in [sample.row for sample in samples]


def test_links_are_the_files_that_they_point_to(tmp_path):
    buffer = io.BytesIO(tar_bytes(pairs([1])))
    with tarfile.open(fileobj=buffer, mode="a") as tar:
        for name, target in (("0002.txt", "0001.txt"), ("0003.txt", "nowhere.txt")):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.LNKTYPE, target
            tar.addfile(link)
    for packed in PACKED.values():
        (tmp_path / "0.tar").write_bytes(packed(buffer.getvalue()))
        samples, _ = read(tmp_path / "0.tar")
        assert samples[1].files == {"txt": b"txt of 1"}
        assert "link" in samples[2].unread["txt"]


@pytest.mark.parametrize("packed", ["gzip", "bz2", "xz", "zstd"])
def test_a_cut_compressed_shard_keeps_what_is_whole(tmp_path, packed):
    noise = bytes(range(256)) * 40
    files = [(f"{n}.txt", bytes([n]) + noise[n:]) for n in range(40)]
    whole = PACKED[packed](tar_bytes(files))
    (tmp_path / "0.tar").write_bytes(whole[: len(whole) * 2 // 3])
    samples, lost = read(tmp_path / "0.tar")
    assert files_of(samples) == [(f"{n}", {"txt": files[n][1]}) for n in range(len(samples))]
    assert len(lost) == 1
    assert lost[0]["reason"].endswith(REST_LOST)


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    """A header that claims a size."""
    member = tarfile.TarInfo(name)
    member.size, member.type = size, kind
    return member.tobuf(tarfile.GNU_FORMAT)


def sparse(size: int) -> bytes:
    """A sparse file (old GNU format) that claims a size and has no byte."""
    block = bytearray(header("bomb.jpg", 0, tarfile.GNUTYPE_SPARSE))
    block[483:495] = b"%011o\0" % size
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize(
    "bomb",
    [
        sparse(6 << 30),
        header("bomb.jpg", 1 << 40),
        header("bomb.jpg", -(1 << 20)),
        header("x", 6 << 30, tarfile.XHDTYPE),
        header("x", 6 << 30, tarfile.GNUTYPE_LONGNAME),
        header("x", 512, tarfile.GNUTYPE_LONGNAME).ljust(1024, b"x") * 2000,
    ],
    ids=["sparse", "huge", "negative", "pax", "longname", "chain"],
)
@pytest.mark.parametrize("packed", sorted(PACKED))
def test_claimed_sizes_take_no_memory(tmp_path, bomb, packed):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    path = tmp_path / "0.tar"
    path.write_bytes(PACKED[packed](tar_bytes(pairs([1])).rstrip(b"\0").ljust(2048, b"\0") + bomb))
    samples, lost = read(path)
    assert all("jpg" not in sample.files for sample in samples if sample.key == "bomb")
    assert lost or samples[-1].unread
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


@pytest.mark.parametrize("packed", sorted(PACKED))
def test_a_large_member_is_passed_over(tmp_path, monkeypatch, packed):
    monkeypatch.setattr("concept_freq.shards.tar.LARGEST", 1 << 20)
    path = tmp_path / "0.tar"
    path.write_bytes(PACKED[packed](tar_bytes([("bomb.jpg", bytes((1 << 20) + 1)), *pairs([1])])))
    samples, lost = read(path)
    assert files_of(samples) == [("bomb", {}), *expected([1])]
    assert "larger" in samples[0].unread["jpg"]
    assert not lost


@pytest.mark.parametrize("packed", ["bz2", "xz", "zstd"])
def test_a_bomb_is_left_after_a_while(tmp_path, monkeypatch, packed):
    monkeypatch.setattr("concept_freq.shards.tar.MOST", 1 << 20)
    path = tmp_path / "0.tar"
    path.write_bytes(PACKED[packed](tar_bytes([*pairs([1]), *((f"{n}.jpg", bytes(1 << 24)) for n in range(2, 6))])))
    samples, lost = read(path)
    assert files_of(samples)[:1] == expected([1])
    assert "unpacks to more than" in lost[0]["reason"]


def test_files_that_are_not_wanted_are_not_read(tmp_path):
    path = write(tmp_path / "0.tar", pairs([1]))
    samples, _ = read(path, is_picture)
    assert samples[0].files == {"jpg": b"jpg of 1"}
    assert samples[0].unread == {"txt": ""}
    with open_archive(path, Skips("test"), is_picture) as archive:
        assert archive.extensions == {"jpg", "txt"}


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_bytes_that_are_changed_anywhere_raise_nothing(tmp_path_factory, data):
    shard = bytearray(tar_bytes(pairs(range(4)), tarfile.PAX_FORMAT))
    for place in data.draw(st.lists(st.integers(0, len(shard) - 1), max_size=8)):
        shard[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(shard)))
    path = tmp_path_factory.mktemp("tar") / "0.tar"
    path.write_bytes(shard[:cut])
    samples, lost = read(path)
    rows = [s.row for s in samples]
    assert rows == sorted(set(rows))
    assert not set(rows) & {row["row"] for row in lost}
    assert lost or len(samples) >= 4


def test_a_folder_of_img2dataset_stands_for_its_tars(tmp_path):
    (tmp_path / "folder").mkdir()
    foreign = ("00000_stats.json", ".00001.tar.part", "README.md", "_SUCCESS", "Thumbs.db")
    for name in ("00000.tar", "00000.parquet", "00002.parquet", *foreign):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in listed([tmp_path])] == ["00000.tar", "00002.parquet"]

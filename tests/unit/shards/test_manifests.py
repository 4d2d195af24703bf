"""Manifests: what is written is read again, and whatever a user gives is read or named with its line."""

import csv
import re
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import collect_manifest
from concept_freq.shards.fetch import Shard
from concept_freq.shards.manifests import ManifestError, read_manifest, write_manifest

SHA256 = "ab" * 32


def write(folder: Path, content: str | bytes) -> Path:
    """A manifest."""
    path = folder / "m.tsv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_manifest_by_hand(tmp_path):
    text = (
        f"\ufeffsize\tnote\tsha256\tlocation\r\n10\tx\t{SHA256.upper()}\ts3://b/0.tar\r\n\r\n\t\t\t/1.tar\r\n\t\t\t\r\n"
    )
    assert read_manifest(write(tmp_path, text)) == [Shard("s3://b/0.tar", 10, SHA256), Shard("/1.tar")]
    assert read_manifest(write(tmp_path, "location\tsize\tsha256\n/2.tar\n")) == [Shard("/2.tar")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line 1: no column location, sha256, size"),
        ("location\tsize\n", "line 1: no column sha256"),
        ("location\tsize\tsha256\n/0.tar\t-1\t\n", "line 2: size must be bytes"),
        ("location\tsize\tsha256\n/0.tar\t1\t\n/1.tar\t1\tabc\n", "line 3: size must be bytes, sha256 64"),
        (b"location\tsize\tsha256\n\xff\xfe\t\t\n", "save it as a tab-separated table in UTF-8"),
        ("location\tsize\tsha256\n" + "x" * 200_000, "field larger than field limit"),
    ],
    ids=["empty", "a column", "size", "sha256", "encoding", "length"],
)
def test_a_wrong_manifest_is_named_with_its_line(tmp_path, content, message):
    with pytest.raises(ManifestError, match=rf"m\.tsv: .*{re.escape(message)}"):
        read_manifest(write(tmp_path, content))


PLACES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="?@\0\r"), min_size=1).map("/{}".format)
SHARDS = st.lists(st.builds(Shard, PLACES, st.none() | st.integers(0, 10**15), st.sampled_from([None, SHA256])))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shards=SHARDS)
def test_what_is_written_is_read(tmp_path, shards):
    write_manifest([(shard.name, *shard) for shard in shards], tmp_path / "m.tsv")
    assert read_manifest(tmp_path / "m.tsv") == shards


CELLS = st.sampled_from(["location", "size", "sha256", "name", "", "1", "-1", SHA256, "/0.tar", '"', "\r", "\0", "é"])
TABLES = st.lists(st.lists(CELLS, max_size=5).map("\t".join), max_size=5).map("\n".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=TABLES.map(str.encode) | TABLES.map("location\tsize\tsha256\n{}".format).map(str.encode) | st.binary())
def test_whatever_is_given_is_read_or_named(tmp_path, content):
    try:
        for shard in read_manifest(write(tmp_path, content)):
            assert shard.location
            assert shard.size is None or shard.size >= 0
    except ManifestError as error:
        assert str(error).startswith(f"{tmp_path / 'm.tsv'}: ")


def test_what_chunks_list_takes_the_place_of_what_was_pinned(tmp_path, monkeypatch):
    (tmp_path / "pinned.tsv").write_text("location\tsize\tsha256\nhttps://h/0.tar?sig=S\t\t\nhttps://h/1.tar\t5\t\n")
    (tmp_path / "chunk.tsv").write_text(f"name\tlocation\tsize\tsha256\n0.tar\thttps://h/0.tar\t7\t{SHA256}\n")
    options = ["--pinned", tmp_path / "pinned.tsv", "--chunks", tmp_path / "chunk.tsv", "--out", tmp_path / "all.tsv"]
    monkeypatch.setattr(sys, "argv", ["collect_manifest.py", *map(str, options)])
    collect_manifest.main()
    with (tmp_path / "all.tsv").open(newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    assert rows[1:] == [["0.tar", "https://h/0.tar", "7", SHA256], ["1.tar", "https://h/1.tar", "5", ""]]

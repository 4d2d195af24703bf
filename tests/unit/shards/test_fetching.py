"""Fetching from servers that fail now and then, always, half-way, or by a page with status 200: right, or a message."""

import re
import subprocess
import sys
import time
from pathlib import Path

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from faulty import FaultyServer
from programs import REPOSITORY

from concept_freq.io.digests import sha256_of
from concept_freq.shards.fetch import FetchError, Shard, fetch
from concept_freq.shards.tar import add_member, shard_writer


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A shard and a table of captions, as a server would have them."""
    folder = tmp_path_factory.mktemp("served")
    with shard_writer(folder / "00007.tar") as tar:
        for i in range(20):
            add_member(tar, f"{i:05d}.txt", b"a cat")
            add_member(tar, f"{i:05d}.jpg", np.random.default_rng(i).bytes(40_000))
    pq.write_table(pa.table({"caption": ["a cat"] * 9}), folder / "part-00.parquet")
    (folder / "part-01.tsv").write_text("caption\na cat\n")
    return folder


@pytest.fixture
def server(folder):
    """A server of that folder."""
    with FaultyServer(folder) as server:
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def s3(folder):
    """An S3 server (moto) with the shard in a bucket, behind one that can fail; both in this machine."""
    environment = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    command = [Path(sys.executable).with_name("moto_server"), "-H", "127.0.0.1", "-p", "0"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            port = next(int(found[1]) for line in process.stderr if (found := re.search(r"http://[\d.]+:(\d+)", line)))
            with FaultyServer(upstream=("127.0.0.1", port)) as server:
                client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}")
                client.create_bucket(Bucket="data")
                client.upload_file(str(folder / "00007.tar"), "data", "laion/00007.tar")
                patch.setenv("AWS_ENDPOINT_URL", server.url)
                yield server
                server.shutdown()
        finally:
            process.kill()
            process.wait()
            process.stderr.close()


FAULTS = [[], ["503", "503", "503"], ["cut"], ["cut", "503", "cut"], ["page"], ["plain page"], ["cut", "other file"]]


@pytest.mark.parametrize("faults", FAULTS, ids=lambda faults: ", ".join(faults) or "none")
def test_a_shard_over_http_is_right_whatever_the_server_does(server, folder, tmp_path, faults):
    server.faults = list(faults)
    fetch(Shard(f"{server.url}/00007.tar"), tmp_path / "00007.tar", pause=0.01)
    assert (tmp_path / "00007.tar").read_bytes() == (folder / "00007.tar").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["00007.tar"]


@pytest.mark.parametrize("faults", [[], ["503", "503"], ["cut"], ["plain page"]], ids=str)
def test_a_shard_from_s3_is_right_whatever_the_server_does(s3, folder, tmp_path, faults):
    s3.faults, s3.requests = list(faults), []
    fetch(Shard("s3://data/laion/00007.tar"), tmp_path / "00007.tar", pause=0.01)
    assert (tmp_path / "00007.tar").read_bytes() == (folder / "00007.tar").read_bytes()
    if faults == ["cut"]:
        assert re.fullmatch(r"bytes=[1-9]\d*-", s3.requests[-1][1])


def test_a_file_of_the_hub_is_found_at_its_address(server, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    place = folder / "datasets" / "owner" / "name" / "resolve" / "v1" / "data"
    place.mkdir(parents=True, exist_ok=True)
    (place / "part-00.parquet").write_bytes((folder / "part-00.parquet").read_bytes())
    fetch(Shard("hf://datasets/owner/name@v1/data/part-00.parquet"), tmp_path / "part-00.parquet", pause=0.01)
    assert (tmp_path / "part-00.parquet").read_bytes() == (folder / "part-00.parquet").read_bytes()


def test_a_broken_line_goes_on_where_it_broke(server, tmp_path):
    server.faults = ["cut", "cut"]
    fetch(Shard(f"{server.url}/00007.tar"), tmp_path / "00007.tar", pause=0.01)
    starts = [int(found[0]) for _, part in server.requests if (found := re.findall(r"\d+", part))]
    assert len(server.requests) == 3
    assert 0 < starts[0] < starts[1]


@pytest.mark.parametrize("pictures", [0, 25], ids=["shorter than the part", "longer than the file"])
def test_a_file_that_changes_between_two_tries_is_fetched_anew(server, folder, tmp_path, pictures):
    path = folder / "changing.tar"
    path.write_bytes((folder / "00007.tar").read_bytes())
    server.faults = ["cut"]
    with pytest.raises(FetchError):
        fetch(Shard(f"{server.url}/changing.tar"), tmp_path / "changing.tar", tries=1, pause=0)
    with shard_writer(path) as tar:
        add_member(tar, "0.txt", b"another")
        for i in range(pictures):
            add_member(tar, f"{i:05d}.jpg", np.random.default_rng(100 + i).bytes(40_000))
    fetch(Shard(f"{server.url}/changing.tar"), tmp_path / "changing.tar", pause=0.01)
    assert (tmp_path / "changing.tar").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("fault", "name", "words"),
    [
        ("503", "00007.tar", ["answered 503", "run again"]),
        ("cut", "00007.tar", ["broke off|IncompleteRead", "run again"]),
        ("page", "00007.tar", ["web page", "run again"]),
        ("plain page", "00007.tar", ["is no .tar file", "correct the manifest or the file"]),
        ("plain page", "part-00.parquet", ["is no .parquet file"]),
        ("plain page", "part-01.tsv", ["is no .tsv file"]),
        ("no length", "00007.tar", ["without a length", "size or sha256"]),
        ("", "00008.tar", ["answered 404", "correct the manifest or the address"]),
    ],
)
def test_a_server_that_never_gives_it_is_a_clear_message(server, tmp_path, fault, name, words):
    server.last = fault
    with pytest.raises(FetchError) as error:
        fetch(Shard(f"{server.url}/{name}"), tmp_path / name, tries=4, pause=0.001)
    assert all(re.search(word, str(error.value)) for word in [*words, re.escape(f"{server.url}/{name}")]), error.value
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(("size", "sha256"), [(1, None), (None, "0" * 64)])
def test_a_shard_unlike_its_manifest_is_not_kept(server, tmp_path, size, sha256):
    with pytest.raises(FetchError, match=r"expected .* 3 times; correct the manifest"):
        fetch(Shard(f"{server.url}/00007.tar", size, sha256), tmp_path / "00007.tar", pause=0.001)
    assert not (tmp_path / "00007.tar").exists()


def test_a_stream_without_length_is_kept_where_the_manifest_knows_it(server, folder, tmp_path):
    server.last = "no length"
    digest = sha256_of([folder / "00007.tar"])
    fetch(Shard(f"{server.url}/00007.tar", None, digest), tmp_path / "00007.tar", pause=0.001)
    assert sha256_of([tmp_path / "00007.tar"]) == digest


@pytest.mark.parametrize("location", ["ftp://host/0.tar", "hf://owner/name/0.tar"])
def test_an_address_that_nobody_knows_is_named(tmp_path, location):
    with pytest.raises(FetchError, match=re.escape(location)):
        fetch(Shard(location), tmp_path / "0.tar")


def test_a_killed_job_goes_on_and_a_finished_shard_is_not_fetched_twice(server, folder, tmp_path):
    (folder / "00008.tar").write_bytes((folder / "00007.tar").read_bytes())
    shards = "\n".join(f"{server.url}/0000{i}.tar\t\t" for i in (7, 8))
    command = [sys.executable, REPOSITORY / "scripts" / "fetch_shards.py", "--shards", shards, "--pause", "30"]
    command += ["--connections", "1", "--folder", tmp_path / "00000"]
    server.faults = ["", "cut"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while len(server.requests) < 2 or not list(tmp_path.glob(".00000.*.part/.00008.tar.version")):
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert not (tmp_path / "00000").exists()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert sorted(path.name for path in (tmp_path / "00000").iterdir()) == ["00007.tar", "00008.tar"]
    assert (tmp_path / "00000" / "00008.tar").read_bytes() == (folder / "00007.tar").read_bytes()
    assert [path for path, _ in server.requests].count("/00007.tar") == 1

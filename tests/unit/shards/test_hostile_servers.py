"""Fetching from servers that answer nonsense: the right file or one message, in bounded time, disk and patience."""

import hashlib
import io
import itertools
import re
import subprocess
import sys
import tarfile
import threading

import pytest
from hostile import HostileServer, answer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import REPOSITORY

import list_shards
from concept_freq.shards import fetch as fetching
from concept_freq.shards.fetch import FetchError, Shard, fetch
from concept_freq.shards.manifests import write_manifest
from concept_freq.shards.remote import PATIENCE, shown

SIGNED = "?X-Amz-Signature=SECRET&Expires=9"


def tar() -> bytes:
    """A shard of one sample."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in (("0.txt", b"a cat"), ("0.jpg", bytes(range(256)) * 20)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


DATA = tar()
SHA256 = hashlib.sha256(DATA).hexdigest()
WHOLE = answer(200, {"Content-Length": len(DATA), "ETag": '"1"'}, DATA)


@pytest.fixture(scope="module")
def server():
    """A server that sends what a test puts into ``answers``."""
    with HostileServer() as server:
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def waits(monkeypatch) -> list[float]:
    """Seconds that would have been slept."""
    waits = []
    monkeypatch.setattr(fetching.time, "sleep", waits.append)
    return waits


def half(**headers: object) -> list[bytes]:
    """An answer that breaks off, and one about the rest with the headers given."""
    length = len(DATA) // 2
    cut = answer(200, {"Content-Length": len(DATA), "ETag": '"1"'}, DATA[:length])
    return [cut, answer(206, {"ETag": '"1"', **headers}, DATA[length:])]


@pytest.mark.parametrize(
    "answers",
    [
        half(),
        half(**{"Content-Range": "bytes */*"}),
        half(**{"Content-Range": f"bytes {len(DATA)}-"}),
        half(**{"Content-Range": f"bytes {len(DATA) - 9}-{len(DATA) - 1}/{len(DATA)}"}),
        [answer(200, {"Content-Length": "abc"}, DATA)],
        [answer(200, {"Content-Length": "-1"}, DATA)],
        [answer(206, {"Content-Range": f"bytes 9-99/{len(DATA)}"}, DATA[9:])],
        [answer(302, {"Location": "file:///etc/passwd"})],
        [answer(500, {"Retry-After": "²"})],
        [b"nonsense\r\n\r\n", b""],
    ],
    ids=itertools.count(),
)
def test_a_wrong_answer_is_asked_for_again(server, tmp_path, answers):
    server.answers = [*answers, WHOLE]
    fetch(Shard(f"{server.url}/0.tar"), tmp_path / "0.tar")
    assert (tmp_path / "0.tar").read_bytes() == DATA


def test_a_rest_from_elsewhere_leaves_no_hole_of_zeros(server, tmp_path):
    text = b"caption\n" + b"a cat\n" * 9
    rest = answer(206, {"Content-Range": f"bytes 8-{len(text) - 1}/{len(text)}"}, text[8:])  # of nothing asked for
    server.answers = [rest, answer(200, {"Content-Length": len(text)}, text)]
    fetch(Shard(f"{server.url}/0.tsv"), tmp_path / "0.tsv")  # of a kind that is known by nothing
    assert (tmp_path / "0.tsv").read_bytes() == text


def test_a_rest_of_unknown_length_is_taken_where_the_size_is_known(server, tmp_path):
    server.answers = half(**{"Content-Range": f"bytes {len(DATA) // 2}-{len(DATA) - 1}/*"})
    fetch(Shard(f"{server.url}/0.tar", len(DATA)), tmp_path / "0.tar")
    assert (tmp_path / "0.tar").read_bytes() == DATA


def test_a_body_without_end_stops_at_the_known_size(server, tmp_path):
    for headers in ({}, {"Transfer-Encoding": "chunked"}):
        block = b"0" * 4096 if not headers else b"1000\r\n" + b"0" * 4096 + b"\r\n"
        endless = itertools.chain([answer(200, headers)], itertools.repeat(block))
        server.answers = [endless, WHOLE]
        fetch(Shard(f"{server.url}/0.tar", len(DATA)), tmp_path / "0.tar")
        assert (tmp_path / "0.tar").read_bytes() == DATA


def test_a_body_without_end_stops_at_a_limit_where_no_size_is_known(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST", 1 << 22)
    server.answers = [itertools.chain([answer(200, {})], itertools.repeat(bytes(1 << 16))) for _ in range(3)]
    with pytest.raises(FetchError, match="goes on beyond 4194304 bytes"):
        fetch(Shard(f"{server.url}/0.tar", None, "0" * 64), tmp_path / "0.tar")
    assert not list(tmp_path.glob("*.tar"))


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "9" * 40}])
def test_a_redirects_body_is_not_read(server, tmp_path, headers):
    sent = []
    body = (sent.append(i) or bytes(1 << 16) for i in range(1 << 10))  # 64 MiB
    server.answers = [itertools.chain([answer(302, {"Location": "/1.tar", **headers})], body), WHOLE]
    fetch(Shard(f"{server.url}/0.tar"), tmp_path / "0.tar")
    assert (tmp_path / "0.tar").read_bytes() == DATA
    assert len(sent) < 1 << 9  # what fits the line's buffers


def test_a_body_that_drips_is_given_up_and_gone_on_from(server, tmp_path, monkeypatch):
    def drip():
        yield answer(200, {"Content-Length": len(DATA), "ETag": '"1"'})
        for i in range(len(DATA)):
            threading.Event().wait(0.02)
            yield DATA[i : i + 1]

    monkeypatch.setattr(fetching, "PATIENCE", 0.2)
    server.answers = [drip(), WHOLE]
    fetch(Shard(f"{server.url}/0.tar"), tmp_path / "0.tar")
    assert (tmp_path / "0.tar").read_bytes() == DATA
    assert re.search(r"Range: bytes=[1-9]\d*-", str(server.requests[-1]))


def test_a_chunked_body_tells_where_it_ends_without_a_length(server, tmp_path):
    chunk = f"{len(DATA):x}\r\n".encode() + DATA + b"\r\n"
    headers = {"Transfer-Encoding": "chunked"}
    server.answers = [answer(200, headers, chunk), answer(200, headers, chunk + b"0\r\n\r\n")]  # the first one is cut
    fetch(Shard(f"{server.url}/0.tar"), tmp_path / "0.tar")
    assert (tmp_path / "0.tar").read_bytes() == DATA
    assert not server.answers


def test_no_server_makes_a_job_wait_for_a_year(server, tmp_path, waits):
    server.answers = [answer(503, {"Retry-After": "31536000"}), answer(429, {"Retry-After": "7"}), WHOLE]
    fetch(Shard(f"{server.url}/0.tar"), tmp_path / "0.tar")
    assert waits == [PATIENCE, 7]


@pytest.mark.parametrize("location", ["http://[/0.tar", "http://a b:x/0.tar", "https://"])
def test_what_is_no_address_is_one_message(tmp_path, location):
    with pytest.raises(FetchError):
        fetch(Shard(location), tmp_path / "0.tar", tries=2)


def test_a_full_disk_is_said_at_once(server, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fetching, "receive", full)
    server.answers = [WHOLE]
    with pytest.raises(FetchError, match=r"No space left on device; make room for .*0\.tar, run again"):
        fetch(Shard(f"{server.url}/0.tar"), tmp_path / "0.tar")


def test_a_signature_is_sent_but_never_shown(server, tmp_path, capsys):
    server.answers = [answer(503, {}), answer(302, {"Location": f"ftp://elsewhere/0.tar{SIGNED}"}), answer(404, {})]
    with pytest.raises(FetchError) as error:
        fetch(Shard(f"{server.url}/0.tar{SIGNED}"), tmp_path / "0.tar")
    assert SIGNED in server.requests[-1][0]
    assert "SECRET" not in capsys.readouterr().out + str(error.value)
    assert f"{server.url}/0.tar: answered 404 Not Found" in str(error.value)


def test_the_hubs_token_follows_no_redirect(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("HF_TOKEN", "hf_SECRET")
    with HostileServer() as other:
        server.answers, other.answers = [answer(302, {"Location": f"{other.url}/0.tar{SIGNED}"})], [WHOLE]
        fetch(Shard("hf://datasets/owner/name/0.tar"), tmp_path / "0.tar")
        other.shutdown()
    assert "hf_SECRET" in str(server.requests[-1])
    assert "hf_SECRET" not in str(other.requests)
    assert (tmp_path / "0.tar").read_bytes() == DATA


def test_what_is_shown_of_an_address_is_no_secret():
    assert shown(f"https://user:word@host/a b/0.tar{SIGNED}") == "https://host/a b/0.tar"
    assert shown("why? because") == "why? because"


def test_manifests_hold_no_signature_and_local_names_stay_whole(tmp_path):
    rows = [("0.tar", f"https://host/0.tar{SIGNED}", "1", ""), ("1.tar", "/data/what?/1.tar", "", "")]
    write_manifest(rows, tmp_path / "m.tsv")
    lines = (tmp_path / "m.tsv").read_text().splitlines()
    assert lines[1:] == ["0.tar\thttps://host/0.tar\t1\t", "1.tar\t/data/what?/1.tar\t\t"]


def test_listing_names_a_wrong_shard_without_its_signature(tmp_path, monkeypatch):
    (tmp_path / "0.tar").write_bytes(DATA)
    row = f"https://host/0.tar{SIGNED}\t\t{'0' * 64}"
    arguments = ["list_shards.py", "--shards", str(tmp_path / "0.tar"), "--expected", row, "--out", str(tmp_path / "m")]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit, match=r"https://host/0\.tar: sha256 is"):
        list_shards.main()


def test_signed_addresses_come_from_a_file_and_not_from_the_command_line(server, tmp_path):
    (tmp_path / "signed.tsv").write_text(f"location\tsize\tsha256\n{server.url}/0.tar{SIGNED}\t\t\n")
    server.answers = [WHOLE]
    command = [sys.executable, REPOSITORY / "scripts" / "fetch_shards.py", "--shards", f"{server.url}/0.tar\t\t"]
    command += ["--addresses", tmp_path / "signed.tsv", "--folder", tmp_path / "00000"]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "00000" / "0.tar").read_bytes() == DATA
    assert SIGNED in server.requests[-1][0]


NUMBERS = st.sampled_from(["", "0", "1", "-1", "abc", "1e9", "9" * 40, str(len(DATA)), str(len(DATA) + 1)])
RANGES = st.one_of(
    st.builds("bytes {}-{}/{}".format, NUMBERS, NUMBERS, st.one_of(NUMBERS, st.just("*"))),
    st.integers(0, len(DATA) - 1).map(lambda start: f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"),
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content-Length": NUMBERS,
        "Content-Range": RANGES,
        "Content-Type": st.sampled_from(["text/html", "application/x-tar", ""]),
        "ETag": st.sampled_from(['"1"', '"2"', ""]),
        "Retry-After": st.sampled_from(["1", "31536000", "soon", "²"]),
        "Transfer-Encoding": st.sampled_from(["chunked", "gzip"]),
        "Location": st.sampled_from(["file:///etc/passwd", "http://[", "/", "//", "ftp://127.0.0.1:1/0.tar"]),
    },
)
BODIES = st.one_of(
    st.integers(0, len(DATA)).map(lambda start: DATA[start:]),
    st.integers(0, len(DATA)).map(lambda end: DATA[:end]),
    st.sampled_from([DATA + b"more", b"<!doctype html>", b"", b"5\r\nhello\r\n0\r\n\r\n"]),
    st.binary(max_size=40),
)
STATUS = st.sampled_from([200, 200, 206, 206, 204, 302, 307, 404, 416, 429, 503, 999])
ANSWERS = st.lists(st.builds(answer, STATUS, HEADERS, BODIES) | st.binary(max_size=60), max_size=5)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=ANSWERS)
def test_whatever_is_answered_the_file_is_right_or_there_is_one_message(server, tmp_path, waits, answers):
    server.answers, server.last = [*answers, WHOLE], answer(404, {})
    path = tmp_path / "0.tar"
    path.unlink(missing_ok=True)
    try:
        fetch(Shard(f"{server.url}/0.tar", None, SHA256), path, tries=7)
        assert path.read_bytes() == DATA
    except FetchError as error:
        assert re.match(re.escape(f"{server.url}/0.tar: "), str(error))
        assert not path.exists()
    assert max(waits, default=0) <= PATIENCE

"""Bringing published weights and data here: what a cut, another file of the same name and a missing pin make of it."""

import hashlib
import io
import sys
import tarfile

import pytest
from hostile import HostileServer, answer

import retrieve_checkpoint
import retrieve_model
import retrieve_released
from concept_freq.shards import fetch as fetching

WEIGHTS = b"weights of a model" * 1000
WHOLE = answer(200, {"Content-Length": len(WEIGHTS)}, WEIGHTS)
CUT = answer(200, {"Content-Length": len(WEIGHTS)}, WEIGHTS[:1000])
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()


@pytest.fixture(scope="module")
def server():
    """A server that sends what a test puts into ``answers``."""
    with HostileServer() as server:
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Sleep no more."""
    monkeypatch.setattr(fetching.time, "sleep", lambda seconds: None)


def call(program, monkeypatch, *arguments: object) -> None:
    """Run a program's main."""
    monkeypatch.setattr(sys, "argv", [program.__name__, *map(str, arguments)])
    program.main()


def test_a_cut_checkpoint_is_never_taken_for_a_whole_one(server, tmp_path):
    server.answers, server.last = [CUT], answer(503, {})
    with pytest.raises(RuntimeError, match="after 8 tries; run again"):
        retrieve_model.locate(f"{server.url}/model.pt", "RN50", "", tmp_path)
    server.answers = [CUT, WHOLE]
    assert retrieve_model.locate(f"{server.url}/model.pt", "RN50", "", tmp_path).read_bytes() == WEIGHTS
    requests = len(server.requests)
    assert retrieve_model.locate(f"{server.url}/model.pt", "RN50", "", tmp_path).read_bytes() == WEIGHTS
    assert len(server.requests) == requests  # kept


def test_two_addresses_that_end_alike_are_two_files(server, tmp_path):
    server.answers = [WHOLE, answer(200, {"Content-Length": 5}, b"other")]
    first = retrieve_model.locate(f"{server.url}/a/model.pt", "RN50", "", tmp_path)
    second = retrieve_model.locate(f"{server.url}/b/model.pt?sig=SECRET", "RN50", "", tmp_path)
    assert (first.read_bytes(), second.read_bytes()) == (WEIGHTS, b"other")
    assert first.name == second.name == "model.pt"


def test_a_kept_file_of_another_sha256_is_fetched_again(server, tmp_path):
    server.answers = [answer(200, {"Content-Length": 5}, b"other"), WHOLE]
    retrieve_model.locate(f"{server.url}/model.pt", "RN50", "", tmp_path)
    path = retrieve_model.locate(f"{server.url}/model.pt", "RN50", SHA256, tmp_path)
    assert path.read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("o/n", ("o/n", "open_clip_pytorch_model.bin", "main")),
        ("o/n@v1", ("o/n", "open_clip_pytorch_model.bin", "v1")),
        ("o/n@refs%2Fpr%2F1/a/b.pt", ("o/n", "a/b.pt", "refs/pr/1")),
        ("o/n/b@c.pt", ("o/n", "b@c.pt", "main")),
    ],
)
def test_a_file_of_the_hub_is_of_the_revision_named(tmp_path, monkeypatch, name, expected):
    def download(repo_id: str, filename: str, revision: str, cache_dir: str) -> str:
        return f"{repo_id}|{filename}|{revision}"

    monkeypatch.setattr(retrieve_model, "hf_hub_download", download)
    assert str(retrieve_model.from_hub(name, tmp_path)) == "|".join(expected)


def test_what_is_no_file_of_the_hub_is_named(tmp_path):
    with pytest.raises(ValueError, match="is no hf:OWNER/NAME"):
        retrieve_model.from_hub("owner", tmp_path)


def test_weights_without_a_pin_are_used_with_a_warning_that_gives_it(tmp_path, capsys):
    (tmp_path / "model.pt").write_bytes(WEIGHTS)
    retrieve_model.check_sha256(tmp_path / "model.pt", "")
    assert f"pinned by nothing; sha256 of its model's row: {SHA256}" in capsys.readouterr().err
    retrieve_model.check_sha256(tmp_path / "model.pt", SHA256)
    assert not capsys.readouterr().err
    with pytest.raises(ValueError, match=r"sha256 is .*, the model's row expects 000"):
        retrieve_model.check_sha256(tmp_path / "model.pt", "0" * 64)


def test_a_tagger_is_checked_by_its_sha256(server, tmp_path, monkeypatch, capsys):
    server.answers = [WHOLE] * 5
    options = ["--address", f"{server.url}/ram.pth", "--size", len(WEIGHTS), "--out", tmp_path / "ram.pth"]
    call(retrieve_checkpoint, monkeypatch, *options)
    assert f"is pinned by nothing; its sha256: {SHA256}" in capsys.readouterr().err
    call(retrieve_checkpoint, monkeypatch, *options, "--sha256", SHA256)
    assert not capsys.readouterr().err
    (tmp_path / "ram.pth").unlink()
    with pytest.raises(SystemExit, match=f"sha256 is {SHA256}, expected 000"):
        call(retrieve_checkpoint, monkeypatch, *options, "--sha256", "0" * 64)
    assert not (tmp_path / "ram.pth").exists()


def archive(commit: str, *names: str) -> bytes:
    """A repository's archive as GitHub makes it, with files of a line."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": commit}) as tar:
        for name in names:
            member = tarfile.TarInfo(f"repository-{commit}/{name}")
            member.size = 2
            tar.addfile(member, io.BytesIO(b"{}"))
    return file.getvalue()


def test_released_data_come_whole_and_stay_below_their_folder(server, tmp_path, monkeypatch):
    data = archive("c0ffee", "search_counts/a.json", "README.md", "search_counts/../../escaped.json")
    server.answers = [answer(200, {"Content-Length": len(data)}, data[:99]), answer(200, {}, b"")]
    server.answers[1] = answer(200, {"Content-Length": len(data)}, data)
    options = ["--url", f"{server.url}/c0ffee", "--folder", tmp_path / "released"]
    call(retrieve_released, monkeypatch, *options, "--commit", "c0ffee")
    found = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert list(map(str, found)) == ["released/search_counts/a.json"]
    server.answers = [answer(200, {"Content-Length": len(data)}, data)]
    with pytest.raises(SystemExit, match="holds commit c0ffee, expected other"):
        call(retrieve_released, monkeypatch, *options, "--commit", "other")
    assert not list((tmp_path / "released").glob(".*"))


def test_released_data_out_of_reach_name_the_other_way(server, tmp_path, monkeypatch):
    server.answers, server.last = [], answer(404, {})
    with pytest.raises(SystemExit, match=r"answered 404 Not Found.*or give a folder .* released_data"):
        call(retrieve_released, monkeypatch, "--url", server.url, "--folder", tmp_path, "--commit", "c0ffee")

"""Label embeddings: descriptions from files, from a chat service, from the template; one row or many per concept."""

import http.server
import json
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
from programs import REPOSITORY, SCRIPTS

import embed_labels
from concept_freq.models import clip
from concept_freq.tags import descriptions
from concept_freq.tags.descriptions import PROMPTS, Chat, ChatError
from concept_freq.tags.labels import average, merge_descriptions, parse_descriptions, read_labels, write_labels

ARCHITECTURE = REPOSITORY / "config" / "models" / "vit.json"


def call(script, *arguments, **kwargs):
    """Run a script; returns the finished process."""
    command = [sys.executable, SCRIPTS / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, **kwargs)


@pytest.fixture
def concepts(tmp_path):
    """The concept list."""
    path = tmp_path / "concepts.tsv"
    path.write_text("concept\nacorn\nred panda\n")
    return path


@pytest.fixture
def service(monkeypatch):
    """A chat service on this machine: its address, the requests it got, and answers that a test may put first."""
    requests, first = [], []

    class Chat(http.server.BaseHTTPRequestHandler):
        """Answers a prompt with as many numbered texts as are asked for."""

        def do_POST(self):
            """One completion."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            requests.append({**body, "key": self.headers["Authorization"]})
            status = first.pop(0) if first else 200
            question = body["messages"][0]["content"]
            choices = [{"message": {"content": f" {question} {i} "}} for i in range(body["n"])]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps({"choices": choices}).encode())

        def log_message(self, *args):
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(descriptions, "PAUSE", 0.0)
    yield f"http://127.0.0.1:{server.server_port}/v1", requests, first
    server.shutdown()
    thread.join()
    server.server_close()


def test_upstream_files_are_read_in_all_their_forms():
    forms = (
        [{"cat": ["a", "b"]}, {"dog": ["c"]}],
        {"cat": ["a", "b"], "dog": ["c"]},
        {"cat": {"cat": ["a", "b"]}, "dog": ["c"]},
    )
    for form in forms:
        assert parse_descriptions(form, "x.json") == {"cat": ["a", "b"], "dog": ["c"]}
    with pytest.raises(ValueError, match=r"x\.json: 'cat': expected a list of descriptions"):
        parse_descriptions({"cat": []}, "x.json")


def test_files_are_merged_in_the_order_given(tmp_path):
    for name, content in (("a", {"cat": ["1"], "dog": ["2"]}), ("b", {"dog": ["3"], "emu": ["4"]})):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    assert merge_descriptions(files) == {"cat": ["1"], "dog": ["3"], "emu": ["4"]}
    assert merge_descriptions(files[::-1])["dog"] == ["2"]
    (tmp_path / "b.json").write_text("{")
    with pytest.raises(ValueError, match=r"b\.json: cannot be read as descriptions"):
        merge_descriptions(files)


def test_a_concept_that_no_file_describes_is_named(tmp_path, concepts):
    (tmp_path / "a.json").write_text(json.dumps({"acorn": ["a nut"]}))
    result = call(
        "describe_concepts.py", "--concepts", concepts, "--files", tmp_path / "a.json", "--out", tmp_path / "o"
    )
    assert result.returncode == 1
    assert "1 concepts have no description, the first 'red panda'" in result.stderr


def test_without_files_the_template_describes(tmp_path, concepts):
    assert call("describe_concepts.py", "--concepts", concepts, "--out", tmp_path / "d.json").returncode == 0
    assert json.loads((tmp_path / "d.json").read_text()) == {
        **{"acorn": ["a photo of a acorn."], "red panda": ["a photo of a red panda."]}
    }


def test_a_chat_service_is_asked_once_for_every_prompt(tmp_path, service):
    endpoint, requests, first = service
    first += [503, 429]  # busy at first
    cache = tmp_path / "answers"
    texts = Chat(endpoint, "gpt-4", "secret", cache).describe("acorn", 2)
    assert len(texts) == 2 * len(PROMPTS)
    assert texts[0] == "Describe concisely what an acorn looks like: 0"
    assert len(requests) == 2 + len(PROMPTS)
    assert requests[-1]["key"] == "Bearer secret"
    assert (requests[-1]["temperature"], requests[-1]["max_tokens"], requests[-1]["n"]) == (0.99, 77, 2)
    cache.write_text("".join(cache.read_text().splitlines(keepends=True)[:3]) + '{"model": "gpt-4", "conc')  # killed
    for _ in range(2):  # the cut-off line spoils nothing that is added after it
        assert Chat(endpoint, "gpt-4", "secret", cache).describe("acorn", 2) == texts
        assert len(requests) == 2 + len(PROMPTS) + 2  # only what was lost


def test_a_refused_key_is_one_message(tmp_path, service):
    endpoint, _, first = service
    first += [401]
    with pytest.raises(ChatError, match=r"refused \(401\); set OPENAI_API_KEY"):
        Chat(endpoint, "gpt-4").describe("acorn", 2)


def test_labels_are_unit_rows_in_the_order_of_the_list(tmp_path):
    rng = np.random.default_rng(0)
    rows = {"cat": rng.normal(size=(3, 4)), "dog": rng.normal(size=(1, 4))}
    write_labels({name: average(r)[None] for name, r in rows.items()}, tmp_path / "mean.parquet")
    labels = read_labels(tmp_path / "mean.parquet", ["dog", "cat"])
    assert labels.mask is None
    np.testing.assert_allclose(labels.rows, [average(rows["dog"]), average(rows["cat"])], rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(labels.rows, axis=1), 1, rtol=1e-6)
    write_labels(rows, tmp_path / "all.parquet")
    labels = read_labels(tmp_path / "all.parquet", ["dog", "cat"])
    assert labels.rows.shape == (2, 3, 4)
    assert labels.mask.tolist() == [[True, False, False], [True, True, True]]
    with pytest.raises(ValueError, match="no label for 1 concepts, the first 'emu'"):
        read_labels(tmp_path / "all.parquet", ["emu"])


def test_descriptions_are_embedded_one_by_one_then_averaged(tmp_path, concepts, monkeypatch):
    torch.manual_seed(0)
    torch.save(clip.create(ARCHITECTURE).state_dict(), tmp_path / "text.pt")
    known = {"red panda": ["a bear", "a red animal"], "acorn": ["a nut", "an oak's seed"]}
    (tmp_path / "d.json").write_text(json.dumps(known))
    for mode in ("mean", "reweight"):
        options = ["--architecture", ARCHITECTURE, "--checkpoint", tmp_path / "text.pt", "--mode", mode]
        files = ["--concepts", concepts, "--descriptions", tmp_path / "d.json", "--out", tmp_path / f"{mode}.parquet"]
        monkeypatch.setattr("sys.argv", ["embed_labels.py", *map(str, [*files, *options])])
        embed_labels.main()
    rows = read_labels(tmp_path / "reweight.parquet", ["acorn", "red panda"]).rows
    mean = read_labels(tmp_path / "mean.parquet", ["acorn", "red panda"]).rows
    np.testing.assert_allclose(mean[1], average(rows[1]), rtol=1e-5)
    model = clip.create(ARCHITECTURE, tmp_path / "text.pt").eval()
    direct = clip.embed_texts(model, clip.tokenizer(ARCHITECTURE), known["acorn"]).numpy()
    np.testing.assert_allclose(rows[0], direct, rtol=1e-4, atol=1e-5)

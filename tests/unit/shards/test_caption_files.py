"""Captions from every form of file, local and remote, and what is said about files that hold none."""

import csv
import functools
import gzip
import http.server
import subprocess
import sys
import threading
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from programs import SCRIPTS

from concept_freq.shards.caption_tables import CaptionFileError, read_captions

CAPTIONS = ['a "stray quote', "", "Bald Eagles, two", "犬の写真", "tab-free; semicolon"]


def write(folder: Path, form: str) -> Path:
    """The captions in one form; the fourth of five columns of a web table is called TEXT there."""
    path = folder / f"00007.{form}"
    if form == "parquet":
        pq.write_table(pa.table({"url": list("abcde"), "TEXT": CAPTIONS}), path)
    elif form == "txt":
        path.write_text("\n".join(CAPTIONS) + "\n", encoding="utf-8")
    elif form == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["url", "TEXT"], *zip("abcde", CAPTIONS, strict=True)])
    else:
        text = "url\tTEXT\n" + "".join(f"{u}\t{c}\n" for u, c in zip("abcde", CAPTIONS, strict=True))
        opened = gzip.open if form.endswith("gz") else open
        with opened(path, "wt", encoding="utf-8") as file:
            file.write(text)
    return path


def read(path, **columns):
    return [row for batch in read_captions(str(path), **columns) for row in batch.to_pylist()]


@pytest.mark.parametrize("form", ["parquet", "tsv", "tsv.gz", "csv"])
def test_tables_give_their_captions_in_order(tmp_path, form):
    rows = read(write(tmp_path, form), column="TEXT", key="url")
    assert [(row["row"], row["key"], row["caption"]) for row in rows] == list(
        zip(range(5), "abcde", CAPTIONS, strict=True)
    )


def test_lines_are_captions(tmp_path):
    assert [row["caption"] for row in read(write(tmp_path, "txt")) if row["caption"]] == [c for c in CAPTIONS if c]


@pytest.fixture
def address(tmp_path):
    """The address under which a folder is served."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    handler.log_message = lambda *arguments: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_remote_files_are_read_as_local_ones(tmp_path, address):
    path = write(tmp_path, "tsv.gz")
    assert read(f"{address}/{path.name}", column="TEXT", key="url") == read(path, column="TEXT", key="url")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", "{}", "captions must be"),
        ("a.tsv", "url\tcaptions\na\tb\n", "'caption'"),
        ("a.parquet", "no parquet", "cannot be read"),
    ],
)
def test_a_file_without_captions_is_named_with_the_remedy(tmp_path, name, content, words):
    (tmp_path / name).write_text(content)
    with pytest.raises(CaptionFileError, match=rf"{name}.*") as error:
        read(tmp_path / name)
    assert words in str(error.value)
    assert ".txt file with one caption per line" in str(error.value)


def run(script: str, *arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, SCRIPTS / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_table_becomes_captions_of_the_pipeline(tmp_path):
    path, out, skipped = write(tmp_path, "tsv.gz"), tmp_path / "captions.parquet", tmp_path / "skipped.parquet"
    columns = ["--caption-column", "TEXT", "--key-column", "url"]
    result = run("parse_captions.py", "--shards", path, *columns, "--skipped", skipped, "--out", out)
    assert result.returncode == 0, result.stderr
    table = pd.read_parquet(out)
    assert table[["shard", "row", "key"]].to_numpy().tolist() == [["00007", i, "abcde"[i]] for i in (0, 2, 3, 4)]
    assert pd.read_parquet(skipped)[["row", "reason"]].to_numpy().tolist() == [[1, "no caption"]]


@pytest.mark.parametrize("mode", ["phrase", "unigram", "unigram_spacy"])
def test_the_command_counts_every_concept_in_input_order(tmp_path, mode):
    captions, concepts, out = tmp_path / "captions.txt", tmp_path / "concepts.tsv", tmp_path / "counts.csv"
    captions.write_text("A bald eagle on a rock\nan eagle on a bald man\n\nmy new T-Shirts\nan automobile\n")
    concepts.write_text("concept\taliases\nT-shirt\t\ncar\tautomobile|motor car\nbald eagle\t\nt shirt\t\n!?\t\n")
    options = ["--captions", captions, "--concepts", concepts, "--mode", mode, "--out", out]
    result = run("count_text.py", *options, "--no-aliases")
    assert result.returncode == 0, result.stderr
    assert "line 6: concept '!?' holds no letter or digit" in result.stderr
    eagles = {"phrase": 1, "unigram": 2}.get(mode)
    counts = pd.read_csv(out)
    assert list(counts) == ["concept", "n_text"]
    assert counts.concept.tolist() == ["T-shirt", "car", "bald eagle", "t shirt", "!?"]
    assert counts.n_text.tolist()[:2] == [1, 0]
    assert counts.n_text.tolist()[3:] == [1, 0]
    assert eagles is None or counts.n_text[2] == eagles
    assert run("count_text.py", *options).returncode == 0
    assert pd.read_csv(out).n_text[1] == 1


def test_the_command_names_what_it_cannot_read(tmp_path):
    concepts = tmp_path / "concepts.tsv"
    concepts.write_text("name\ndog\n")
    result = run("count_text.py", "--captions", "x.txt", "--concepts", concepts, "--out", tmp_path / "o.csv")
    assert result.returncode == 1
    assert "no column 'concept' among 'name'" in result.stderr
    assert "Traceback" not in result.stderr

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
from hypothesis import given, settings
from hypothesis import strategies as st
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


def read_both(path, **columns):
    """Captions as (row, key, caption), and what is lost as (row, key, reason)."""
    lost = []
    found = read(path, lost=lambda *loss: lost.append(loss), **columns)
    return [tuple(row.values()) for row in found], lost


def texts(path, **columns):
    return [row["caption"] for row in read(path, **columns)]


@pytest.mark.parametrize("form", ["parquet", "tsv", "tsv.gz", "csv"])
def test_tables_give_their_captions_in_order(tmp_path, form):
    captions, lost = read_both(write(tmp_path, form), column="TEXT", key="url")
    assert captions == [(i, "abcde"[i], CAPTIONS[i]) for i in (0, 2, 3, 4)]
    assert lost == [(1, "b", "no caption")]


def test_lines_are_captions(tmp_path):
    captions, lost = read_both(write(tmp_path, "txt"))
    assert captions == [(i, str(i), CAPTIONS[i]) for i in (0, 2, 3, 4)]
    assert lost == [(1, "1", "no caption")]


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
        ("a.tsv", "url\tcaptions\na\tb\n", "no column caption; it has url, captions"),
        ("b.tsv", "", "no column caption"),
        ("a.csv", 'caption,url\n"a dog,u\na cat,u\n', "quote in row 1, or soon after it, is not closed"),
        ("b.csv", 'caption,url\n"a dog,u' + "\nx,u" * 200 + '"\n', "quote in row 1"),
        ("a.parquet", "no parquet", "cannot be read"),
    ],
)
def test_a_file_without_captions_is_named_with_the_remedy(tmp_path, name, content, words):
    (tmp_path / name).write_text(content)
    with pytest.raises(CaptionFileError, match=rf"{name}.*") as error:
        read(tmp_path / name)
    assert words in str(error.value)


def test_a_file_in_another_encoding_is_named(tmp_path):
    (tmp_path / "a.txt").write_text("a dog\n", encoding="utf-16")
    with pytest.raises(CaptionFileError, match=r"a\.txt: is UTF-16; save it as UTF-8"):
        read(tmp_path / "a.txt")


@pytest.mark.parametrize("name", ["part[1].parquet", "a*.parquet", "data [v2]/0?.parquet", "{0..3}.parquet"])
def test_a_path_names_one_file(tmp_path, name):
    for path, caption in ((name, "right"), ("part1.parquet", "wrong"), ("ab.parquet", "wrong")):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        pq.write_table(pa.table({"caption": [caption]}), tmp_path / path)
    assert texts(tmp_path / name) == ["right"]


def test_a_pattern_and_a_folder_stand_for_their_files(tmp_path):
    for i in range(3):
        (tmp_path / f"{i}.txt").write_text(f"caption {i}\n")
    (tmp_path / ".3.txt").write_text("hidden\n")
    (tmp_path / "notes.md").write_text("none\n")
    assert texts(tmp_path) == texts(tmp_path / "*.txt") == ["caption 0", "caption 1", "caption 2"]
    with pytest.raises(CaptionFileError, match="no file there"):
        texts(tmp_path / "*.tsv")


TEXT_TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary()]
TEXT_TYPES += [pa.dictionary(pa.int32(), pa.string())]


@pytest.mark.parametrize("kind", TEXT_TYPES, ids=str)
def test_every_type_of_text_is_read(tmp_path, kind):
    table = pa.table({"Caption": pa.array(["a dog", None, "café"]).cast(kind)})
    pq.write_table(table, tmp_path / "0.parquet")
    assert read_both(tmp_path / "0.parquet") == ([(0, "0", "a dog"), (2, "2", "café")], [(1, "1", "no caption")])


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.binary())], ids=str)
def test_captions_of_a_list_are_each_a_caption(tmp_path, kind):
    lists = pa.array([["a hot", "dog in the park"], None, [], ["two dogs", None]], pa.list_(pa.string())).cast(kind)
    pq.write_table(pa.table({"caption": lists, "id": list("abcd")}), tmp_path / "0.parquet", row_group_size=3)
    captions, lost = read_both(tmp_path / "0.parquet", key="id")
    assert captions == [(0, "a", "a hot"), (1, "a", "dog in the park"), (4, "d", "two dogs")]
    assert lost == [(2, "b", "no caption"), (3, "c", "no caption"), (5, "d", "no caption")]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([{"text": "a dog", "lang": "en"}], "column caption holds struct<text: string, lang: string>"),
        ([[{"text": "a dog"}]], "column caption holds struct<text: string>"),
        ([1, 2], "column caption holds int64"),
        ([1.5, float("nan")], "column caption holds double"),
    ],
)
def test_a_column_that_holds_no_text_is_named(tmp_path, values, words):
    pq.write_table(pa.table({"caption": values}), tmp_path / "0.parquet")
    with pytest.raises(CaptionFileError, match=r"0\.parquet") as error:
        read(tmp_path / "0.parquet")
    assert words in str(error.value)


def test_a_column_without_values_holds_no_caption(tmp_path):
    for i, values in enumerate((pa.nulls(2), pa.array([float("nan"), None]), pa.nulls(2, pa.int64()))):
        pq.write_table(pa.table({"caption": values}), tmp_path / f"{i}.parquet")
        assert read_both(tmp_path / f"{i}.parquet") == ([], [(0, "0", "no caption"), (1, "1", "no caption")])


def test_a_missing_key_is_the_number_of_the_row(tmp_path):
    for values in (["x", None], [7, None], pa.array([b"x", b"\xff"])):
        pq.write_table(pa.table({"caption": ["a dog", "a cat"], "id": values}), tmp_path / "0.parquet")
        assert [row["key"] for row in read(tmp_path / "0.parquet", key="id")][1] == "1"


@pytest.mark.parametrize(("column", "key"), [("2", "1"), ("2", None)])
def test_a_file_without_header_has_columns_by_number(tmp_path, column, key):
    (tmp_path / "0.tsv").write_text('http://x/1\tA dog\nhttp://x/2\tthe 12" pizza\n')
    captions, lost = read_both(tmp_path / "0.tsv", column=column, key=key)
    keys = ["http://x/1", "http://x/2"] if key else ["0", "1"]
    assert captions == [(0, keys[0], "A dog"), (1, keys[1], 'the 12" pizza')]
    assert not lost


def test_a_number_that_is_no_column_is_named(tmp_path):
    (tmp_path / "0.tsv").write_text("http://x/1\tA dog\n")
    with pytest.raises(CaptionFileError, match="no column 3; it has 1, 2; name one of these"):
        read(tmp_path / "0.tsv", column="3")


@pytest.mark.parametrize("form", ["tsv", "csv", "parquet"])
def test_an_odd_row_costs_no_other(tmp_path, form):
    path, rows = tmp_path / f"0.{form}", [b"a dog", b"caf\xe9", b"a cat", "犬".encode()]
    if form == "parquet":
        buffers = pa.array(rows, pa.binary()).buffers()
        table = pa.table({"caption": pa.StringArray.from_buffers(len(rows), buffers[1], buffers[2])})
        pq.write_table(table, path)
        odd = []
    else:
        between = b"\t" if form == "tsv" else b","
        lines = [b"u" + between + row for row in rows]
        lines[2:2] = [b"u" + between + b"caf\xe9" + between + b"in two cells", b"u"]
        path.write_bytes(b"\n".join([b"url" + between + b"caption", *lines]) + b"\n")
        odd = [(2, "2", "3 cells in a line, 2 in the first one"), (3, "3", "1 cells in a line, 2 in the first one")]
    captions, lost = read_both(path)
    n = len(odd)
    assert captions == [(0, "0", "a dog"), (n + 2, str(n + 2), "a cat"), (n + 3, str(n + 3), "犬")]
    assert sorted(lost) == [(1, "1", "caption is not UTF-8"), *odd]


@pytest.mark.parametrize("form", ["txt", "tsv", "csv"])
def test_bytes_that_are_no_text_cost_their_rows_only(tmp_path, monkeypatch, form):
    monkeypatch.setattr("concept_freq.shards.lines.BLOCK", 64)
    rows = [f"caption {i} é".encode("latin-1" if i % 7 == 0 else "utf-8") for i in range(50)]
    (tmp_path / f"0.{form}").write_bytes(b"\n".join([*([] if form == "txt" else [b"caption"]), *rows]))
    captions, lost = read_both(tmp_path / f"0.{form}")
    assert captions == [(i, str(i), f"caption {i} é") for i in range(50) if i % 7]
    assert lost == [(i, str(i), "caption is not UTF-8") for i in range(0, 50, 7)]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_last_line_may_lack_its_break(tmp_path, end):
    for name, content in (("0.txt", "a"), ("1.txt", "犬\n猫"), ("2.csv", "caption\na"), ("3.tsv", "caption\na")):
        (tmp_path / name).write_bytes((content + end).encode())
        assert read_both(tmp_path / name)[0][-1][2] == content[-1]
        assert not read_both(tmp_path / name)[1]


@pytest.mark.parametrize("block", range(12, 50))
@pytest.mark.parametrize("end", ["", "\n"])
def test_blocks_may_end_anywhere(tmp_path, monkeypatch, block, end):
    monkeypatch.setattr("concept_freq.shards.lines.BLOCK", block)
    (tmp_path / "0.txt").write_text("\n".join(f"犬 {i}" for i in range(6)) + end, encoding="utf-8")
    assert read_both(tmp_path / "0.txt") == ([(i, str(i), f"犬 {i}") for i in range(6)], [])


def test_a_line_may_be_long(tmp_path):
    (tmp_path / "0.txt").write_text("a dog " * 50_000 + "\na cat\n")
    assert [len(text) for text in texts(tmp_path / "0.txt")] == [300_000, 5]


def test_two_columns_of_one_name_are_not_guessed(tmp_path):
    (tmp_path / "0.tsv").write_text("caption\tcaption\na\tb\n")
    with pytest.raises(CaptionFileError, match="2 columns caption"):
        read(tmp_path / "0.tsv")


def test_rows_are_numbered_over_blocks_of_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr("concept_freq.shards.lines.BLOCK", 64)
    lines = [f"u\tcaption {i}" + "\tmore" * (i % 5 == 0) for i in range(100)]
    (tmp_path / "0.tsv").write_text("\n".join(["url\tcaption", *lines]))
    captions, lost = read_both(tmp_path / "0.tsv")
    assert captions == [(i, str(i), f"caption {i}") for i in range(100) if i % 5]
    assert [row for row, *_ in lost] == list(range(0, 100, 5))


CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=20), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=100, deadline=None)
def test_a_csv_is_read_as_it_was_written(tmp_path_factory, rows, end):
    path = tmp_path_factory.mktemp("csv") / "0.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("caption", "url"), *rows])
    captions, lost = read_both(path)
    assert {i: caption for i, _, caption in captions} == {i: c for i, (c, _) in enumerate(rows) if c.strip()}
    assert len(captions) + len(lost) == len(rows)


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
    assert "row 3: no caption; so 1 left out" in result.stderr
    eagles = {"phrase": 1, "unigram": 2}.get(mode)
    counts = pd.read_csv(out)
    assert list(counts) == ["concept", "n_text"]
    assert counts.concept.tolist() == ["T-shirt", "car", "bald eagle", "t shirt", "!?"]
    assert counts.n_text.tolist()[:2] == [1, 0]
    assert counts.n_text.tolist()[3:] == [1, 0]
    assert eagles is None or counts.n_text[2] == eagles
    assert run("count_text.py", *options, "--aliases").returncode == 0
    assert pd.read_csv(out).n_text[1] == 1


def test_the_command_names_what_it_cannot_read(tmp_path):
    concepts = tmp_path / "concepts.tsv"
    concepts.write_text("name\ndog\n")
    result = run("count_text.py", "--captions", "x.txt", "--concepts", concepts, "--out", tmp_path / "o.csv")
    assert result.returncode == 1
    assert "line 1: no column 'concept' among 'name'" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_is_not_there_is_no_unreadable_one(tmp_path):
    with pytest.raises(CaptionFileError, match=r"0\.tsv: no such file; name one that is there$"):
        list(read_captions(str(tmp_path / "0.tsv")))

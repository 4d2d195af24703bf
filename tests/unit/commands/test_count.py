"""``concept-freq count``: inputs of every kind, outputs by their ending, and messages of one line."""

import gzip
import io
import json
import os
import stat
import threading
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from programs import REPOSITORY

from concept_freq import cli

CASES = REPOSITORY.parent / "shared" / "cases"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with captions and concepts, which is the working one."""
    (tmp_path / "a.txt").write_text("a dog\ntwo hounds\n")
    (tmp_path / "b.txt").write_text("a cat & a dog\n\n")
    (tmp_path / "concepts.tsv").write_text("concept\taliases\ndog\thound\ncat\t\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def count(*arguments: object) -> int | str | None:
    """Call the command; returns what it ends with, None where it was well."""
    try:
        cli.main(["count", "--concepts", "concepts.tsv", *map(str, arguments)])
    except SystemExit as ended:
        return ended.code
    return None


def test_counts_go_to_standard_output_and_the_summary_to_standard_error(folder, capfdbinary):
    assert count("--captions", "a.txt", "b.txt") is None
    out, err = capfdbinary.readouterr()
    assert out == b"concept,n_text\ndog,3\ncat,1\n"
    assert b"captions of 2 files, " in err


def test_aliases_count_unless_they_are_not_wanted(folder, capfdbinary):
    count("--captions", "a.txt", "--no-aliases")
    assert capfdbinary.readouterr().out == b"concept,n_text\ndog,1\ncat,0\n"


@pytest.mark.parametrize("paths", [["."], ["*.txt"], ["a.txt", "./b.txt"], ["sub/../b.txt", "a.txt"]])
def test_folders_and_patterns_are_their_files(folder, capfdbinary, paths):
    (folder / "concepts.tsv").rename(folder / "concepts.list")
    (folder / "sub").mkdir()
    (folder / ".a.txt").write_text("a dog\n")
    (folder / "a.json").write_text("{}")
    assert count("--concepts", "concepts.list", "--captions", *paths) is None
    assert capfdbinary.readouterr().out == b"concept,n_text\ndog,3\ncat,1\n"


def test_a_name_with_brackets_is_no_pattern(folder, capfdbinary):
    (folder / "a[b].txt").write_text("a cat\n")
    assert count("--captions", "a[b].txt") is None
    assert capfdbinary.readouterr().out == b"concept,n_text\ndog,0\ncat,1\n"


def test_a_folder_with_brackets_is_no_pattern(folder, capfdbinary):
    (folder / "data [v2]").mkdir()
    (folder / "data [v2]" / "a.TXT").write_text("a cat\n")
    assert count("--captions", "data [v2]/*.TXT") is None
    assert capfdbinary.readouterr().out == b"concept,n_text\ndog,0\ncat,1\n"


def test_what_is_left_out_is_said(folder, capfd):
    (folder / "a.tsv").write_bytes(b"url\tcaption\nu\ta dog\nu\ta\tdog\nu\tcaf\xe9\nu\t\nu\t\n")
    assert count("--captions", "a.tsv") is None
    out, err = capfd.readouterr()
    assert out == "concept,n_text\ndog,1\ncat,0\n"
    assert "a.tsv: row 2: 3 cells in a line, 2 in the first one; so 1 left out\n" in err
    assert "a.tsv: row 3: caption is not UTF-8; so 1 left out\n" in err
    assert "a.tsv: row 4: no caption; so 2 left out\n" in err


def test_a_table_that_has_only_unusable_captions_is_an_error(folder):
    (folder / "a.tsv").write_bytes(b"url\tcaption\nu\tcaf\xe9\n")
    assert count("--captions", "a.tsv") == "a.tsv: row 1: caption is not UTF-8; so 1 left out"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_is_named_with_and_without_its_mark(folder, encoding):
    (folder / "a.txt").write_text("a dog\n", encoding=encoding)
    assert count("--captions", "a.txt") == "a.txt: is UTF-16; save it as UTF-8"


def test_a_file_named_twice_counts_once(folder, capfdbinary):
    assert count("--captions", "a.txt", folder / "a.txt", "a.txt") is None
    out, err = capfdbinary.readouterr()
    assert out == b"concept,n_text\ndog,2\ncat,0\n"
    assert err.count(b"named twice, counted once") == 2


def test_standard_input_is_a_caption_a_line(folder, capfdbinary, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a dog\r\n\ncaf\xc3\xa9 cat")))
    assert count("--captions", "-", "a.txt", "--json") is None
    out = capfdbinary.readouterr().out
    assert json.loads(out) == [{"concept": "dog", "n_text": 3}, {"concept": "cat", "n_text": 1}]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a dog\n\xff\n")))
    assert count("--captions", "-") == "standard input: line 2: not UTF-8; convert it first (iconv)"


def test_a_pipe_is_read_as_lines(folder, capfdbinary):
    os.mkfifo(folder / "pipe")
    writer = threading.Thread(target=lambda: (folder / "pipe").write_text("a dog\na cat\n"))
    writer.start()
    assert count("--captions", "pipe", "/dev/null") is None
    writer.join(10)
    assert capfdbinary.readouterr().out == b"concept,n_text\ndog,1\ncat,1\n"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("x.csv", pd.read_csv),
        ("x.tsv", lambda path: pd.read_csv(path, sep="\t")),
        ("x.json", pd.read_json),
        ("new/x.parquet", pd.read_parquet),
        ("x", pd.read_csv),
    ],
)
def test_the_ending_decides_the_form(folder, name, read):
    assert count("--captions", "a.txt", "--out", name) is None
    assert read(folder / name).to_dict("list") == {"concept": ["dog", "cat"], "n_text": [2, 0]}


def test_all_forms_of_captions_are_counted(folder, capfdbinary):
    pq.write_table(pa.table({"caption": ["a dog"]}), "c.parquet")
    with gzip.open("d.tsv.gz", "wt") as file:
        file.write("url\tcaption\nx\ta dog\n")
    (folder / "e.csv").write_text('caption,url\n"dog, cat",u\n')
    assert count("--captions", "c.parquet", "d.tsv.gz", "e.csv") is None
    assert capfdbinary.readouterr().out == b"concept,n_text\ndog,3\ncat,1\n"


def test_devices_pipes_and_links_are_written_through_and_never_replaced(folder, capfdbinary):
    (folder / "file.csv").write_text("old")
    (folder / "link.csv").symlink_to("file.csv")
    (folder / "null.csv").symlink_to("/dev/null")
    os.mkfifo(folder / "pipe.csv")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((folder / "pipe.csv").read_text()))
    reader.start()
    for out in ("link.csv", "null.csv", "pipe.csv", "/dev/null", "/dev/stdout", "-"):
        assert count("--captions", "a.txt", "--out", out) is None
    reader.join(10)
    expected = "concept,n_text\ndog,2\ncat,0\n"
    assert (folder / "file.csv").read_text() == expected
    assert read == [expected]
    assert (folder / "link.csv").is_symlink()
    assert (folder / "null.csv").is_symlink()
    assert stat.S_ISFIFO((folder / "pipe.csv").stat().st_mode)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert capfdbinary.readouterr().out.decode() == 2 * expected
    assert not (folder / "-").exists()


def test_a_failure_leaves_the_old_output(folder):
    (folder / "out.csv").write_text("old")
    assert "no.txt" in count("--captions", "a.txt", "no.txt", "--out", "out.csv")
    assert (folder / "out.csv").read_text() == "old"
    assert not list(folder.glob(".out*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--captions", "a.txt", "--out", "/proc/x.csv"], "--out /proc/x.csv: cannot be written"),
        (["--captions", "a.txt", "--out", "."], "--out .: cannot be written (Is a directory); name another file"),
        (["--captions", "a.txt", "--out", "a.xlsx"], "--out a.xlsx: cannot write .xlsx; end the name in .csv, .tsv"),
        (["--captions", "a.txt", "--concepts", "no.tsv"], "no.tsv: cannot be read (No such file or directory)"),
        (["--captions", "no*.txt"], "no*.txt: no file there is a .parquet, .tsv or .csv file"),
        (["--captions", "no.txt"], "no.txt: "),
    ],
)
def test_what_cannot_be_done_is_one_line(folder, arguments, message):
    said = count(*arguments)
    assert said.startswith(message)
    assert "\n" not in said


def test_names_that_the_workflow_would_refuse_are_said_and_counted(folder, capfdbinary):
    (folder / "concepts.tsv").write_text("concept\n\ndog\ndogs\n!?\n")
    assert count("--captions", "a.txt") is None
    out, err = capfdbinary.readouterr()
    assert out == b"concept,n_text\ndog,1\ndogs,1\n!?,0\n"
    assert b"concepts.tsv: line 4: concept 'dogs' reads the same as line 3: concept 'dog'" in err
    assert b"concepts.tsv: line 5: concept '!?' holds no letter or digit; remove it" in err


SHARED = [
    ("15-html-entities", "concepts.txt", {"hot dog": 3, "artist's loft": 1, "café": 1, "amp": 0, "quot": 0, "b": 1}),
    (
        "16-trademark-and-superscripts",
        "concepts.txt",
        {"Barbie": 3, "Barbie doll": 2, "LEGO": 1, "Star Wars": 1, "Pokémon": 1, "frisbee": 1, "iPhone": 1, "dog": 1},
    ),
    ("18-apostrophe-lookalikes", "concepts.txt", {"artist's loft": 8, "artist loft": 8}),
    ("19-concept-list-from-excel", "bom.tsv", {"dog": 2, "cat": 1}),
    ("19-concept-list-from-excel", "crlf_trailing.tsv", {"dog": 2, "cat": 1}),
    ("19-concept-list-from-excel", "bom.txt", {"dog": 1, "cat": 1}),
    ("19-concept-list-from-excel", "quoted.tsv", {'7" record': 1, "tench, Tinca tinca": 0}),
]


@pytest.mark.parametrize(("case", "concepts", "expected"), SHARED)
def test_what_people_have_is_counted_right(case, concepts, expected, capfdbinary):
    if not (CASES / case).exists():
        pytest.skip(f"no {CASES / case}")
    options = ["--captions", CASES / case / "captions.txt", "--concepts", CASES / case / concepts]
    assert count(*options, "--json") is None
    counts = {row["concept"]: row["n_text"] for row in json.loads(capfdbinary.readouterr().out)}
    assert counts == expected

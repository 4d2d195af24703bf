"""Shards and tables from public bug reports: each is read rightly, or refused with the reason."""

import sys

import pandas as pd
import pytest
import torch
from programs import REPOSITORY

import parse_captions
from concept_freq.shards.batches import Pictures
from concept_freq.shards.names import shard_number

CASES = REPOSITORY.parent / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"{CASES} is not there")


def case(number: str):
    """Folder of a case."""
    return next(CASES.glob(f"{number}-*"))


@pytest.fixture
def parse(tmp_path, monkeypatch):
    """Run parse_captions.py in this process; returns captions and skipped samples."""

    def run(path, *options):
        out, skipped = tmp_path / "captions.parquet", tmp_path / "skipped.parquet"
        command = ["parse_captions.py", "--shards", path, *options, "--skipped", skipped, "--out", out]
        monkeypatch.setattr(sys, "argv", [str(part) for part in command])
        parse_captions.main()
        return pd.read_parquet(out), pd.read_parquet(skipped)

    return run


@pytest.mark.parametrize(
    ("number", "options"),
    [("02", []), ("03", []), ("05", ["--caption-column", "outputs.txt"]), ("06", []), ("08", [])],
)
def test_the_control_laid_out_otherwise_is_the_control(parse, number, options):
    control, _ = parse(case("00") / "shards")
    captions, skipped = parse(case(number) / "shards", *options)
    assert captions[["row", "caption"]].equals(control[["row", "caption"]])
    assert skipped.empty


@pytest.mark.parametrize("number", ["02", "03", "05", "06", "08"])
def test_its_pictures_too(number):
    def prepare(image):
        return torch.tensor(list(image.resize((4, 4)).tobytes()))

    def pictures(folder):
        return torch.cat([batch.images for batch in Pictures([folder / "shards" / "00000.tar"], prepare, 50, "test")])

    assert torch.equal(pictures(case(number)), pictures(case("00")))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("04/shards", "150 times 'no caption (.txt); found .00.jpg, .00.txt"),
        ("05/shards", "150 times 'no caption (.txt); found .input.jpg, .outputs.txt'"),
        ("09/struct.parquet", "column caption holds struct<text: string, lang: string>"),
        ("13/cc12m.tsv", "no column caption; it has http://x/1, A dog"),
        ("13/semicolon.csv", "no column caption; it has caption;url"),
        ("32/other_name.parquet", "no column caption; it has text"),
        ("33/00000.tar", "2 times 'no caption (.txt); found .jpg, .0.txt, .1.txt'"),
    ],
)
def test_what_cannot_be_read_is_named(parse, path, words):
    number, _, name = path.partition("/")
    with pytest.raises(SystemExit) as error:
        parse(case(number) / name)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("path", "options", "captions", "lost"),
    [
        ("07/shards", [], 100, {"no caption": 50}),
        ("07/00000.parquet", [], 100, {"no caption": 50}),
        ("09/captions.parquet", ["--caption-column", "captions"], 5, {"no caption": 2}),
        ("12/data [v2]/00000.parquet", [], 3, {}),
        ("12/part[1].parquet", [], 3, {}),
        ("12/part1.parquet", [], 5, {}),
        ("13/cc12m.tsv", ["--caption-column", "2"], 4, {}),
        ("13/with_header.tsv", [], 4, {}),
        ("13/one_tab_too_many.tsv", [], 200, {"3 cells in a line, 2 in the first one": 1}),
        ("13/latin1.tsv", [], 1, {"caption is not UTF-8": 1}),
        ("13/bom_crlf.csv", [], 2, {}),
        ("14/shards", ["--caption-column", "TEXT"], 24, {"no caption": 12}),
        ("32/dictionary.parquet", [], 1600, {"no caption": 400}),
        ("32/large_string.parquet", [], 1600, {"no caption": 400}),
        ("32/string_view.parquet", [], 1600, {"no caption": 400}),
        ("32/upper.parquet", ["--caption-column", "text"], 1600, {"no caption": 400}),
        ("32/00001.parquet", ["--key-column", "id"], 2, {}),
        ("35/gnu.tar", [], 2, {}),
        ("35/pax.tar", [], 2, {}),
        ("35/gz.tar", [], 2, {}),
        ("35/bz2.tar", [], 2, {}),
        ("35/xz.tar", [], 2, {}),
        ("35/hardlink.tar", [], 2, {}),
        ("35/empty.tar", [], 0, {}),
        ("35/no_end_mark.tar", [], 1, {"truncated or unreadable tar (end mark missing); rest of the shard lost": 1}),
    ],
)
def test_what_can_be_read_is_read(parse, path, options, captions, lost):
    number, _, name = path.partition("/")
    found, skipped = parse(case(number) / name, *options)
    assert len(found) == captions
    assert skipped.reason.value_counts().to_dict() == lost


def test_parts_of_spark_are_numbered_as_parts():
    assert sorted(shard_number(path) for path in (case("14") / "shards").iterdir()) == list(range(12))


def test_one_damaged_picture_costs_one():
    shard = case("31") / "shards" / "00000.tar"
    batch = next(iter(Pictures([shard], lambda image: torch.zeros(1), 8, "pictures")))
    assert len(batch.readable) == 4
    assert [row["reason"] for row in batch.skipped] == ["picture cannot be decoded"]

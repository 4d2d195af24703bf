"""Sheets of pictures: captions are drawn as they are, whatever they hold, and not without end."""

import io
import sys

import pandas as pd
import pytest
from PIL import Image

import figure_contact_sheet
from concept_freq.figures.sheets import LONGEST, shortened
from concept_freq.io.tables import write_table
from concept_freq.shards.tar import add_member, shard_writer

CAPTIONS = ["$$$ cash for cats $$$", "$5 # $6", r"\frac{1}{", "a dog " * 20_000, "$" * 100_000, "{}%&_^"]


def picture() -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "JPEG")
    return file.getvalue()


def test_captions_that_look_like_formulas_are_drawn(tmp_path, monkeypatch):
    with shard_writer(tmp_path / "00000.tar") as tar:
        for i in range(len(CAPTIONS)):
            add_member(tar, f"{i}.jpg", picture())
    rows = [{"shard": "00000", "row": i, "key": f"{i}", "caption": caption} for i, caption in enumerate(CAPTIONS)]
    write_table(rows, "captions", tmp_path / "captions.parquet")
    tags = [{"shard": "00000", "row": i, "concept_id": 0, "probability": 0.9} for i in range(len(CAPTIONS))]
    write_table(tags, "image_tags", tmp_path / "tags.parquet")
    (tmp_path / "concepts.tsv").write_text("concept\nke$ha $\n")
    options = ["--shard", "00000.tar", "--captions", "captions.parquet", "--tags", "tags.parquet"]
    options += ["--concepts", "concepts.tsv", "--threshold", "0.5", "--out", "sheet.png"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["figure_contact_sheet.py", *options])
    monkeypatch.setattr(figure_contact_sheet, "COLUMNS", 3)
    monkeypatch.setattr(figure_contact_sheet, "ROWS", 2)
    figure_contact_sheet.main()
    assert (tmp_path / "sheet.png").stat().st_size < 1_000_000
    assert pd.read_csv(tmp_path / "sheet.csv").caption.tolist() == CAPTIONS


@pytest.mark.parametrize("n", [0, 1, LONGEST])
def test_a_caption_that_fits_stays_as_it_is(n):
    assert shortened("x" * n) == "x" * n
    assert len(shortened("x" * (LONGEST + 1 + n))) == LONGEST + 2

"""Registries as spreadsheets save them: read as they are meant, or refused in one line."""

import pytest
from snakemake.exceptions import WorkflowError

from concept_freq.workflow.registries import read_rows


def rows(path, content: bytes):
    path.write_bytes(content)
    return read_rows(str(path), "pretraining", "config")


@pytest.mark.parametrize(
    "content",
    [
        b"pretraining\tshards\nmine\tdata/*.tar\n",
        b"\xef\xbb\xbfpretraining\tshards\t\t\r\nmine \t data/*.tar\t\t\t\r\n\t\t\r\n",
        b"pretraining\tshards\rmine\tdata/*.tar\r",
        b'"pretraining"\t"shards"\n"mine"\t"data/*.tar"\n# a note\n',
    ],
)
def test_a_registry_is_read_as_it_is_meant(tmp_path, content):
    found = rows(tmp_path / "pretraining.tsv", content)
    assert {name: row.shards for name, row in found.items()} == {"mine": "data/*.tar"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("pretraining\tshards\nmine\tx\n".encode("utf-16"), "save it as a tab-separated table in UTF-8"),
        (b"pretraining\tshards\nmine\tcaf\xe9\n", "save it as a tab-separated table in UTF-8"),
        (b"pretraining\tshards\nmine\tx\ty\n", "line 2: 3 cells under 2 columns; remove a tab"),
        (b"", "is empty; its first line must name the columns"),
    ],
)
def test_what_is_no_registry_is_named(tmp_path, content, message):
    with pytest.raises(WorkflowError, match=message):
        rows(tmp_path / "pretraining.tsv", content)

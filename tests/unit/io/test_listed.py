"""Ids are refused beside another concept list than the one that they are positions in."""

import pyarrow as pa
import pytest

from concept_freq.io.listed import metadata_of, require_list
from concept_freq.io.tables import write_table


@pytest.fixture
def files(tmp_path):
    """A concept list, and tags of it."""
    concepts, tags = tmp_path / "concepts.tsv", tmp_path / "tags.parquet"
    concepts.write_text("concept\ncat\ndog\n")
    empty = {"shard": pa.array([], pa.string()), "row": [], "concept_id": [], "probability": pa.array([], pa.float16())}
    write_table(pa.table(empty), "image_tags", tags, metadata_of(concepts))
    return concepts, tags


def test_tags_of_this_list_are_read(files, capsys):
    concepts, tags = files
    require_list([tags], concepts)
    assert capsys.readouterr() == ("", "")


def test_tags_of_another_list_are_refused_with_file_and_remedy(files):
    concepts, tags = files
    concepts.write_text("concept\ndog\ncat\n")
    with pytest.raises(SystemExit, match=r"tags\.parquet: was tagged with another concept list than .*; delete it and"):
        require_list([tags], concepts)


def test_a_table_that_says_of_no_list_is_taken_and_that_is_said(files, capsys):
    concepts, tags = files
    write_table([], "image_tags", tags)
    require_list([tags], concepts)
    assert "tags.parquet: does not say which concept list it was tagged with" in capsys.readouterr().err


@pytest.mark.parametrize("program", ["count_concepts", "compare_with_truth", "correct_counts", "sample_pairs"])
def test_programs_compare_before_they_read_anything_else(files, program, monkeypatch):
    concepts, tags = files
    concepts.write_text("concept\nfox\n")
    options = {
        "count_concepts": "--captions x --index x --modes phrase --thresholds 0.7",
        "compare_with_truth": "--pretraining x --index x --truth x --mode phrase --threshold 0.7",
        "correct_counts": "--pretraining x --histograms x --truth x --threshold 0.7 --labelled 1 --draws 1 --seed 1",
        "sample_pairs": "--pretraining x --captions x --index x --skipped x --mode phrase --threshold 0.7 --pairs 1"
        " --seed 1",
    }[program]
    given = ["--tags", tags, "--concepts", concepts, "--out", "x"]
    monkeypatch.setattr("sys.argv", [f"{program}.py", *options.split(), *map(str, given)])
    with pytest.raises(SystemExit, match="another concept list"):
        __import__(program).main()

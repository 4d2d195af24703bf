"""Evaluation sets as people reported them: each gives the right labels or one error that says what to do."""

from pathlib import Path

import pytest
from programs import REPOSITORY, call

import import_downstream
import list_samples
from concept_freq.evaluation.classes import read_templates
from concept_freq.evaluation.layout import own_templates, split_shards
from concept_freq.shards.tar import Skips, read_samples

CASES = REPOSITORY.parent / "shared" / "cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"the collection of cases is not here: {CASES}")


def imported(case: str, source: str, out: Path) -> list[int]:
    """Labels of a case's pictures, in order, once it is imported."""
    names = CASES / case / "class_names.txt"
    wanted = ["--class-names", names] if names.exists() else []
    files = ["--cache", out, "--classes", out / "classnames.txt", "--out", out / "0.tar"]
    call(import_downstream, "--source", source.format(CASES / case), *wanted, *files)
    return [int(sample.files["cls"]) for sample in read_samples(out / "0.tar", Skips("test"))]


def listed(folder: Path, classes: str, out: Path) -> None:
    """List the samples of a set in CLIP_benchmark's layout."""
    shards, labelled = sorted((folder / "test").glob("*.tar")), ["--task", "classification"]
    call(list_samples, "--shards", *shards, *labelled, "--classes", folder / classes, "--out", out / "samples.parquet")


def test_folder_10_is_the_tenth_class(tmp_path, capsys):
    assert imported("20-class-folders-with-numbers", "folder:{}/data", tmp_path) == list(range(12))
    assert "matched by position" in capsys.readouterr().out


def test_a_class_spelt_otherwise_is_named(tmp_path):
    with pytest.raises(SystemExit, match=r"'aeroplane' not among .* 'airplane'"):
        imported("21-one-class-name-spelt-otherwise", "folder:{}/data", tmp_path)


def test_rows_without_label_are_named(tmp_path):
    with pytest.raises(SystemExit, match="3 of 6 samples have no label"):
        imported("22-hf-label-minus-one", "hf:{}", tmp_path)


def test_hidden_files_are_no_pictures_and_other_formats_are(tmp_path):
    for folder in ("data", "data2"):
        assert imported("26-hidden-files-in-class-folders", f"folder:{{}}/{folder}", tmp_path) == [0, 0, 0, 1, 1, 1]


def test_a_set_that_lacks_a_shard_is_refused(tmp_path):
    case = CASES / "23-wds-shard-missing"
    with pytest.raises(SystemExit, match=r"shard 1 is missing \(1 of 2; nshards.txt says 2\)"):
        listed(case / "set", "classnames.txt", tmp_path)


def test_a_shard_beyond_the_set_is_no_part_of_it(tmp_path, capsys):
    case = CASES / "23-wds-shard-missing"
    listed(case / "stale", "classnames.txt", tmp_path)
    assert capsys.readouterr().out == "not part of the set: 1.tar\n9 pictures, 0 captions\n"
    assert [path.name for path in split_shards(case / "stale", "test")] == ["0.tar"]


def test_two_classes_of_one_name_are_refused_with_a_remedy_that_works(tmp_path):
    case = CASES / "24-two-classes-of-one-name" / "set"
    with pytest.raises(SystemExit, match=r"'sunglasses'; say in a second column of the class names"):
        listed(case, "classnames.txt", tmp_path)
    listed(case, "classnames2.txt", tmp_path)


def test_the_layouts_own_templates_are_read():
    templates = own_templates(CASES / "25-templates-of-clip-benchmark" / "set")
    assert read_templates(templates) == ["a bad photo of a {}.", "a photo of the {}."]

"""Samples of an evaluation set: every label is known, every picture is there, the order is that of the embeddings."""

import argparse

import numpy as np
import pytest
from colour_sets import picture, write_shard
from programs import call

import list_samples
from concept_freq.evaluation.classes import EvaluationClass
from concept_freq.evaluation.sets import captions_of, check_labels, label_of, sample_rows, set_shards
from concept_freq.shards.tar import Sample, listed

PNG = picture((1, 2, 3))
CLASSES = [EvaluationClass.of_line(name) for name in ("cat", "dog")]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 7], "000001: class 7 is outside the list of 2"),
        ([0, 0], r"1 classes have no picture, the first is 1 \('dog'\)"),
        ([-1, -1], r"2 of 2 samples have no label \(-1\), the first is 000000"),
        ([0, -2], "000001: class -2 is outside"),
    ],
)
def test_a_label_outside_the_classes_and_a_class_without_picture_are_named(labels, message):
    with pytest.raises(ValueError, match=message):
        check_labels(np.array(labels), ["000000", "000001"], CLASSES)


@pytest.mark.parametrize(
    ("files", "read", "message"),
    [
        ({}, label_of, "no class index"),
        ({"cls": b"cat"}, label_of, "no class index"),
        ({"txt": b" "}, captions_of, "no captions"),
        ({"txt": b"caf\xe9"}, captions_of, "captions are not UTF-8"),
    ],
)
def test_a_sample_without_label_or_captions_is_named(files, read, message):
    with pytest.raises(ValueError, match=f"sample 000003: {message}"):
        read(Sample(3, "000003", files))


def test_a_sample_without_a_picture_that_can_be_read_is_named(tmp_path):
    shard = write_shard(tmp_path / "0.tar", [{"png": PNG, "cls": b"0"}, {"cls": b"1", "heic": b"?"}])
    with pytest.raises(ValueError, match=r"sample 0001: no picture among .cls, .heic; expected .jpg"):
        sample_rows([shard], "classification")


def test_labels_stand_in_the_order_of_the_embedded_pictures(tmp_path):
    shards = [write_shard(tmp_path / f"{i}.tar", [{"png": PNG, "cls": b"%d" % i}]) for i in range(12)]
    rows = sample_rows(set_shards(shards), "classification")
    assert [row["label"] for row in rows] == [int(path.stem) for path in listed(shards)]  # as embed_images has it


def expect(tmp_path, **changed) -> argparse.Namespace:
    """Options of list_samples for the set in ``tmp_path``."""
    known = {"shards": sorted((tmp_path / "test").glob("*.tar")), "task": "classification"}
    known |= {"classes": tmp_path / "classnames.txt", "n_classes": None, "n_images": None, "sha256": None}
    return argparse.Namespace(**{**known, **changed})


@pytest.fixture
def layout(tmp_path):
    """A set of two classes in two shards, CLIP_benchmark's layout."""
    (tmp_path / "classnames.txt").write_text("cat\ndog\n")
    for shard in range(2):
        samples = [{"png": PNG, "cls": b"%d" % label} for label in (0, 1)]
        write_shard(tmp_path / "test" / f"{shard}.tar", samples, first=2 * shard)
    (tmp_path / "test" / "nshards.txt").write_text("2")
    return tmp_path


def test_a_whole_set_is_listed(layout):
    assert [row["label"] for row in list_samples.checked_samples(expect(layout))] == [0, 1, 0, 1]


def test_a_shard_that_is_not_part_of_the_set_is_left_out_and_told(layout, capsys):
    (layout / "test" / "nshards.txt").write_text("1")
    assert len(list_samples.checked_samples(expect(layout))) == 2
    assert "not part of the set: 1.tar" in capsys.readouterr().out


def test_a_missing_shard_is_one_message(layout):
    (layout / "test" / "0.tar").unlink()
    options = ["--shards", layout / "test" / "1.tar", "--task", "classification", "--out", layout / "out.parquet"]
    with pytest.raises(
        SystemExit, match=r"evaluation set in .*test: shard 0 is missing \(1 of 2; nshards.txt says 2\)"
    ):
        call(list_samples, *options, "--classes", layout / "classnames.txt")
    assert not (layout / "out.parquet").exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_classes": 3}, "2 class names where the set's row says 3"),
        ({"n_images": 5}, "4 pictures where its row says 5"),
        ({"sha256": "0"}, "sha256 of the shards is"),
        ({"task": "retrieval"}, "sample 0000: no captions"),
    ],
)
def test_a_set_that_is_not_what_its_row_says_is_refused(layout, changed, message):
    with pytest.raises(ValueError, match=message):
        list_samples.checked_samples(expect(layout, **changed))


def test_two_classes_of_one_name_are_refused_with_file_and_remedy(layout):
    (layout / "classnames.txt").write_text("sunglasses\nsunglasses\n")
    with pytest.raises(
        ValueError, match=r"classnames.txt: classes 1 and 2 are both named 'sunglasses'; say in a second"
    ):
        list_samples.checked_samples(expect(layout))
    (layout / "classnames.txt").write_text("sunglasses\nsunglasses\tsunglass\n")
    assert len(list_samples.checked_samples(expect(layout))) == 4

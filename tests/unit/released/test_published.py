"""Readers of the paper's released data: what they make of small files, and what they say about wrong ones."""

import io
import json
import pickle
import tarfile

import numpy as np
import pytest

from concept_freq.released.published import read_counts_file, read_prompt_scores_file, read_scores_file
from list_classes import line_of
from read_published_counts import tabulate
from read_published_scores import read_class_accuracy, read_retrieval_recall, read_text_to_image_scores
from retrieve_released import unpack
from tabulate_people import bucket_counts


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_counts_are_kept_by_evaluation_set_and_gaps_stay_empty(tmp_path):
    files = [
        write(tmp_path / "cifar10_cc3m_lemmatized_search_counts.json", {"airplane": 3, "dog": 0}),
        write(tmp_path / "coco_cc3m_lemmatized_search_counts.json", {"dog": 1}),
        write(tmp_path / "coco_cc3m_rampp0.7_search_counts.json", {"dog": 9, "": 2}),
    ]
    table = tabulate(files, {"cc3m_lemmatized": "n_text", "cc3m_rampp0.7": "n_image"})
    rows = {(row.dataset, row.concept): (row.n_text, row.n_image) for row in table.itertuples()}
    assert rows["cifar10", "airplane"][0] == 3
    assert rows["coco", "dog"] == (1, 9)
    assert table.n_text.isna().sum() == 1  # the empty concept has pictures only
    assert table.n_matched.isna().all()  # unpublished is unknown, not zero


def test_scores_get_our_names(tmp_path):
    model = {"backboneRN50_pretrainedcc3m": {"full": 5.0, "classwise": {"plane": 12.5}}}
    (row,) = read_class_accuracy(write(tmp_path / "cifar10_class_results.json", model))
    assert (row["model"], row["concept"], row["prompts"], row["accuracy"]) == ("cc3m/RN50", "airplane", "class", 12.5)
    model = {"backboneViT-B-16_pretrainedlaion400m": {"full": 0.5, "conceptwise": {"dog": 0.25}}}
    (row,) = read_retrieval_recall(write(tmp_path / "coco_t2i_k=10_results.json", model))
    assert (row["dataset"], row["direction"], row["k"], row["recall"]) == ("coco", "t2i", 10, 0.25)
    model = {"dalle-mini": {"full": 3, "classwise": {"dog": [1.0, 4.0]}}}
    (row,) = read_text_to_image_scores(write(tmp_path / "t2i_human_align.json", model))
    assert (row["model"], row["dataset"], row["metric"]) == ("laion_aesthetics/dalle-mini", "all", "human_align")
    assert (row["n"], row["score"]) == (2, 2.5)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", ["cannot be read", "object of concept -> count"]),
        ([1], ["top level", "object of concept -> count"]),
        ({"dog": -1}, ["'dog': -1", "a count of samples"]),
        ({"dog": 1.5}, ["'dog': 1.5"]),
    ],
)
def test_a_wrong_count_file_is_named_with_what_it_should_hold(tmp_path, content, words):
    path = write(tmp_path / "dtd_cc3m_lemmatized_search_counts.json", content)
    with pytest.raises(SystemExit) as error:
        read_counts_file(path, "dtd")
    assert all(word in str(error.value) for word in [str(path), *words])


@pytest.mark.parametrize(
    "content",
    [
        {"RN50": {"classwise": {"dog": 101}}},
        {"RN50": {"classwise": {"dog": "high"}}},
        {"RN50": {"full": 3}},
    ],
)
def test_a_wrong_score_file_names_file_and_model(tmp_path, content):
    path = write(tmp_path / "dtd_class_results.json", content)
    with pytest.raises(SystemExit, match=r"dtd_class_results.json: RN50.*score from 0 to 100"):
        read_scores_file(path, "classwise", 100)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SystemExit, match=r"t2i_none.json: cannot be read"):
        read_prompt_scores_file(tmp_path / "t2i_none.json")


def test_buckets_close_at_a_border_and_an_unfinished_one_is_dropped():
    counts = [9] * 120 + [8] * 100 + [7] * 1500 + [6] * 10 + [0] * 5
    # the nines close where the eights begin; the sevens have no border, so they close at a thousand
    assert [len(bucket) for bucket in bucket_counts(counts)] == [120, 100, 1000, 500]
    assert bucket_counts([5] * 99 + [0]) == []


def archive(path, commit, files):
    """An archive as the forge makes it: the commit in the global header, one folder above all files."""
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": commit}) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"upstream-{commit}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def test_an_archive_is_unpacked_as_data_in_json(tmp_path):
    people = "src/text_to_image_experiments/human_experiment_evaluation"
    array = io.BytesIO()
    np.save(array, np.array([3, 0]))
    files = {
        "search_counts/a.json": b"{}",
        "notebooks/plots.ipynb": b"not data",
        f"{people}/P1_v1_bucket_acc.pkl": pickle.dumps({0: [1.0, 0.5]}),
        f"{people}/entities/P31_Q5_50000/cnt_space.npy": array.getvalue(),
    }
    assert unpack(archive(tmp_path / "a.tar.gz", "c0ffee", files), "c0ffee", tmp_path / "data") == 3
    assert not (tmp_path / "data" / "notebooks").exists()
    assert json.loads((tmp_path / "data" / people / "P1_v1_bucket_acc.json").read_text()) == {"0": [1.0, 0.5]}
    counts = tmp_path / "data" / people / "entities/P31_Q5_50000/cnt_space.json"
    assert json.loads(counts.read_text()) == [3, 0]


def test_an_archive_of_another_commit_or_with_code_in_a_pickle_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="holds commit c0ffee, expected other"):
        unpack(archive(tmp_path / "a.tar.gz", "c0ffee", {"README": b""}), "other", tmp_path)
    evil = {"misalignment_metrics/x.pkl": pickle.dumps(print)}
    with pytest.raises(pickle.UnpicklingError, match="not plain data"):
        unpack(archive(tmp_path / "b.tar.gz", "c0ffee", evil), "c0ffee", tmp_path)


@pytest.mark.parametrize(
    ("dataset", "name", "line"),
    [
        ("imagenet", "tench", "tench"),
        ("cifar10", "plane", "plane\tairplane"),
        ("cifar10", "car", "car\tcar\tautomobile"),
        ("cifar100", "cra", "cra\tcra\tcrab"),
        ("cifar100", "car", "car"),
    ],
)
def test_a_published_class_names_what_it_is_counted_and_labelled_as(dataset, name, line):
    assert line_of(dataset, name) == line

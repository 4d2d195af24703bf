"""Scores beside counts: by the list's concept where we counted, by the set's own spelling where a publication did."""

import pandas as pd
import pytest

from concept_freq.analysis.counts import count_columns
from concept_freq.analysis.joining import tell_uncounted, uncounted, with_counts
from concept_freq.analysis.point_sets import join, point_sets
from concept_freq.analysis.scores import read_scores
from concept_freq.io.tables import write_table


@pytest.fixture
def scores(tmp_path):
    """Two sets that spell their classes differently; one has two classes of one concept."""
    same = {"pretraining": "mine", "model": "mine/vit", "prompts": "class", "n_images": 10, "accuracy": 50.0}
    classes = [("a", "T-shirt", "T-shirt"), ("a", "T-shirt", "t-shirts"), ("a", "dog", "dog"), ("b", "dog", "Dogs")]
    rows = [{**same, "dataset": d, "concept": c, "class": own} for d, c, own in classes]
    write_table(rows, "class_accuracy", tmp_path / "class_accuracy.parquet")
    return read_scores([tmp_path / "class_accuracy.parquet"])


def test_classes_of_one_concept_are_points_of_their_own(scores):
    counts = pd.DataFrame({"concept": ["T-shirt", "dog"], "n_text": [1, 2], "n_image": [1, 2], "n_matched": [1, 2]})
    joined = join(scores, {"mine": counts})
    assert joined[["dataset", "class", "n_text"]].values.tolist() == [
        ["a", "T-shirt", 1],
        ["a", "t-shirts", 1],
        ["a", "dog", 2],
        ["b", "Dogs", 2],
    ]
    ((_, _, points),) = point_sets(joined, {c.column: c for c in count_columns([0.5])}, None)
    assert points.cluster.tolist() == ["T-shirt", "T-shirt", "dog", "dog"]


def test_what_was_not_counted_is_left_out_and_named(scores, capsys):
    counts = {"mine": pd.DataFrame({"concept": ["T-shirt"], "n_text": [1]})}
    lost = uncounted(scores, counts)
    assert lost[["dataset", "concept", "class"]].values.tolist() == [["a", "dog", "dog"], ["b", "dog", "Dogs"]]
    tell_uncounted(lost)
    assert (
        "b: 1 scored names are left out of the fits, for mine was counted without them: 'Dogs'"
        in capsys.readouterr().err
    )
    assert len(join(scores, counts)) == 2


def test_published_counts_are_those_of_the_sets_own_spelling(scores):
    published = [("a", "t-shirts", 1), ("a", "T-shirt", 2), ("a", "dogs", 3), ("b", "cat", 4)]
    counts = pd.DataFrame(published, columns=["dataset", "concept", "n_text"])
    joined = with_counts(scores, counts)
    assert dict(zip(joined["class"], joined.n_text, strict=True)) == {"T-shirt": 2, "t-shirts": 1, "dog": 3}
    assert joined.concept.tolist() == ["T-shirt", "T-shirt", "dog"]
    assert uncounted(scores, {"mine": counts}).empty  # a publication's gaps are its own


def test_scores_without_classes_of_their_own_stand_under_their_concepts(tmp_path):
    same = {"pretraining": "mine", "model": "mine/vit", "dataset": "coco", "direction": "i2t", "k": 1, "n": 5}
    write_table([{**same, "concept": "dog", "recall": 0.5}], "retrieval_recall", tmp_path / "retrieval_recall.parquet")
    (spelling,) = read_scores([tmp_path / "retrieval_recall.parquet"])["class"]
    assert spelling == "dog"

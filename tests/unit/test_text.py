"""The rules of reading text, as a table of cases, and what must hold of any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_freq.text import fold, lemma, lemmas

SAME = [
    ("T-shirt", "t shirt"),
    ("ice_cream", "ICE-CREAM"),
    ("the dog's bone", "the dog bone"),
    ("the dog’s bone", "the dogs bone"),
    ("ﬁsh", "fish"),
    ("Ｃａｔ", "cat"),
    ("cafe\u0301", "café"),
    ("knives and geese", "knife and goose"),
    ("red foxes", "red fox"),
    ("Straße", "STRASSE"),
    ("maple leaves", "maple leaf"),
]
DIFFERENT = [("cat", "caterpillar"), ("rose", "rise"), ("737-700", "737"), ("dice", "die"), ("jeans", "jean jacket")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_that_mean_the_same_read_the_same(one, other):
    assert lemmas(one) == lemmas(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_words_stay_different(one, other):
    assert lemmas(one) != lemmas(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Boeing 737-700", ("boeing", "737", "700")),
        ("Airbus A310", ("airbus", "a310")),
        ("7-Eleven", ("7", "eleven")),
        ("犬の写真", ("犬", "の", "写", "真")),
        ("собака и кот", ("собака", "и", "кот")),
        ("", ()),
        ("!?", ()),
    ],
)
def test_digits_mixed_tokens_and_other_scripts_are_kept(text, expected):
    assert lemmas(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)).split() == fold(text).split()


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz -_", max_size=30))
def test_case_hyphens_and_underscores_never_matter(text):
    plain = lemmas(text.replace("-", " ").replace("_", " "))
    assert lemmas(text) == lemmas(text.upper()) == lemmas(text.replace(" ", "_")) == plain


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_a_lemma_is_never_empty(token):
    assert lemma(token)

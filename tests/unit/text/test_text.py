"""The rules of reading text, as a table of cases, and what must hold of any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_freq.text.dictionary import noun_lemma, tables
from concept_freq.text.lemmas import BLOCKS, UNSPACED, fold, lemma, lemmas, tokens_of

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


def test_the_dictionary_is_the_library_s():
    import lemminflect

    for word in sorted(tables()[1])[::7]:
        found = [lemminflect.getAllLemmas(word, upos=upos).get("NOUN") for upos in ("NOUN", "PROPN")]
        theirs = next((forms[0].lower() for forms in found if forms and forms[0]), None)
        if theirs:
            assert noun_lemma(word) == theirs


def test_every_word_is_found_from_its_lemma():
    words = [*tables()[1], "labradoodles", "corgis", "747s", "piñatas", "sunglasses", "hoodies", "tvs", "elvis"]
    found = tokens_of({lemma(word) for word in words})
    assert not [word for word in words if found.get(word) != lemma(word)]


def test_no_unspaced_character_is_outside_the_blocks():
    everything = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    assert not [hex(ord(c)) for c in everything if UNSPACED.match(c) and not BLOCKS.match(c)]

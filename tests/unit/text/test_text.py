"""The rules of reading text, as a table of cases, and what must hold of any text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_freq.text.dictionary import noun_lemma, several_lemmas, tables
from concept_freq.text.fold import APOSTROPHES, BLOCKS, INVISIBLE, RAISED, UNSPACED, fold
from concept_freq.text.lemmas import caption_lemma, lemma, lemmas, readings, tokens_of, variants

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
    ("hot&nbsp;dog", "hot dog"),
    ("caf&eacute; &amp; bar", "café bar"),
    ("Tom &amp;amp; Jerry", "Tom & Jerry"),
    ("caf\u00c3\u00a9", "café"),
    ("the artist\u00e2\u20ac\u2122s loft", "the artist loft"),
    ("Barbie™ doll", "Barbie doll"),
    ("LEGO® Star Wars℠", "lego star wars"),
    ("iPhone¹ case", "iPhone case"),
    ("Barbieᵀᴹ doll", "Barbie doll"),
    ("the artist\u0092s loft 日本", "the artist's loft 日本"),
    ("a dog\u0099", "a dog"),
    ("fris\u200cbee", "frisbee"),
    ("❤️dog", "dog"),
    ("do\ufe0fg", "dog"),
    ("7\ufe0f\u20e3 cats", "7 cats"),
    ("\u0301dog", "dog"),
    ("an artist's_loft", "an artist loft"),
    ("F-16s and AK-47s", "F-16 and AK-47"),
    ("MiG-29s", "MiG 29"),
    ("B-52s beside PS5s", "b 52 beside ps5"),
    ("axes", "axe"),
    *((f"artist{sign}s loft", "artist loft") for sign in "'`´‘’‛′ʹʻʼ＇｀ꞌ׳"),
]
DIFFERENT = [
    ("cat", "caterpillar"),
    ("rose", "rise"),
    ("737-700", "737"),
    ("dice", "die"),
    ("jeans", "jean jacket"),
    ("the 1980s", "the 1980"),
    ("the 1980's", "the 1980"),
    ("the '80s", "the 80"),
    ("80’s", "80"),
    ("iPhone 6s", "iPhone 6"),
    ("Barbie (TM)", "Barbie"),
    ("axis", "axe"),
]


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
        ("H₂O", ("h2o",)),
        ("1ˢᵗ", ("1st",)),
        ("AT&T, R&B", ("at", "t", "r", "b")),
        ("a <b>hot</b> dog", ("a", "b", "hot", "b", "dog")),
        ("葛\U000e0100城", ("葛", "城")),
        ("हिन्दी", ("हिन्दी",)),
    ],
)
def test_digits_mixed_tokens_and_other_scripts_are_kept(text, expected):
    assert lemmas(text) == expected


@given(st.text().filter(lambda text: "&" not in text))
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
    words = [*tables()[1], "labradoodles", "corgis", "747s", "piñatas", "sunglasses", "hoodies", "tvs", "elvis", "ps5s"]
    found = tokens_of({caption_lemma(word) for word in words})
    assert not [word for word in words if found.get(word) != caption_lemma(word)]


def test_a_plural_of_several_words_is_read_as_each():
    assert readings("axes") == ("axe", "axis", "ax")
    assert set(variants(("battle", "axe"))) == {("battle", "axe"), ("battle", "axes")}
    assert list(variants(("dog",))) == [("dog",)]
    assert lemmas("axes") == ("axe",)
    assert readings("leaves") == ("leaf",)  # a leave is hardly ever meant
    assert "cookies" in several_lemmas()


def test_what_stands_for_a_plural_of_several_words_is_no_other_token_s_lemma():
    several = {token for token in several_lemmas() if len(readings(token)) > 1}
    assert not several & {lemma(word) for word in tables()[1]}
    assert all(readings(token)[0] == lemma(token) for token in several)


def characters(condition) -> set[str]:
    """All characters that meet a condition."""
    return {c for code in range(0x110000) if not 0xD800 <= code < 0xE000 and condition(c := chr(code))}


def test_raised_signs_are_unicode_s():
    def raised(c):
        return unicodedata.decomposition(c).startswith("<super>") and unicodedata.category(c)[0] not in "LM"

    assert characters(RAISED.fullmatch) == characters(raised)


def test_what_is_invisible_is_no_letter_and_all_variation_selectors_and_enclosing_marks_are():
    invisible = characters(INVISIBLE.match)
    assert {unicodedata.category(c) for c in invisible} == {"Cf", "Me", "Mn"}
    assert characters(lambda c: unicodedata.category(c) == "Me") <= invisible
    assert characters(lambda c: "VARIATION SELECTOR" in unicodedata.name(c, "")) <= invisible


def test_no_apostrophe_is_left_to_nfkc():
    made = characters(lambda c: APOSTROPHES.search(unicodedata.normalize("NFKC", c)))
    assert {"\u0149", "\u2033"} <= made
    assert not [c for c in made if APOSTROPHES.search(fold(c))]
    assert lemmas("\u0149") == lemmas("'n")


def test_no_unspaced_character_is_outside_the_blocks():
    everything = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    assert not [hex(ord(c)) for c in everything if UNSPACED.match(c) and not BLOCKS.match(c)]

"""Matching classes: by name in any spelling, by position only where no name is known, never by guess."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_freq.evaluation.classes import EvaluationClass
from concept_freq.evaluation.labels import label_order, natural_key


def classes(*lines: str) -> list[EvaluationClass]:
    return [EvaluationClass.of_line(line) for line in lines]


SPELLINGS = [
    ("red panda", "Red_Panda"),
    ("T-shirt", "t-shirt "),
    ("artist's loft", "artist’s_loft"),
    ("Cote d'Ivoire", "Cote d’Ivoire"),
    ("café", "cafe\u0301"),  # as macOS names its folders
    ("F-16A/B", "F-16A_B"),
    ("hot dog", "\ufeffhot  dog"),
]


@pytest.mark.parametrize(("name", "folder"), SPELLINGS)
def test_spellings_of_one_name_are_one_class(name, folder):
    assert label_order(["zebra", folder], classes(name, "zebra")) == ([1, 0], "name")


@settings(deadline=None)  # the first example reads the dictionary
@given(st.permutations(range(len(SPELLINGS))))
def test_names_decide_whatever_the_order(order):
    found, how = label_order([SPELLINGS[i][1] for i in order], classes(*(name for name, _ in SPELLINGS)))
    assert (found, how) == (list(order), "name")


def test_a_class_is_known_by_its_label_its_name_or_its_concept():
    wanted = classes("plane\tairplane", "car\tcar\tautomobile", "bird")
    assert label_order(["airplane", "automobile", "bird"], wanted) == ([0, 1, 2], "name")
    assert label_order(["bird", "plane", "automobile"], wanted) == ([2, 0, 1], "name")


def test_names_that_differ_in_case_only_are_told_apart_letter_by_letter():
    assert label_order(["US", "us"], classes("us", "US\tAmerica")) == ([1, 0], "name")


def test_two_classes_of_one_name_are_told_apart_by_their_concepts():
    wanted = classes("missile", "missile\tprojectile")
    assert label_order(["projectile", "missile"], wanted) == ([1, 0], "name")


@pytest.mark.parametrize("first", [0, 1])
def test_numbered_folders_are_in_natural_order(first):
    names = sorted(str(i) for i in range(first, first + 12))  # 1, 10, 11, 12, 2 ...
    found, how = label_order(names, classes(*"abcdefghijkl"))
    assert how == "position"
    assert dict(zip(names, found, strict=True)) == {str(i): i - first for i in range(first, first + 12)}


def test_an_order_of_the_sources_own_is_kept():
    assert label_order(["n03", "n01", "n02"], classes("a", "b", "c")) == ([0, 1, 2], "position")
    assert label_order(["n01440764", "n01443537"], classes("tench", "goldfish")) == ([0, 1], "position")


@pytest.mark.parametrize(
    ("names", "wanted", "message"),
    [
        (["aeroplane", "cat", "dog"], ["airplane", "cat", "dog"], r"'aeroplane' not among .* 'airplane'\. Rename"),
        (["cat", "dog"], ["cat", "dog", "fox"], "no pictures of the class names 'fox'"),
        (["cat", "dog", "fox"], ["cat", "dog"], "2 of 3 classes are known by name, but 'fox' not among"),
        (["Red_Panda", "red panda"], ["red panda", "fox"], "'Red_Panda', 'red panda' mean one class"),
        (["n1", "n2"], ["a", "b", "c"], "2 classes for 3 class names, and 'n1', 'n2' are not among these"),
        (["1", "2", "4"], ["a", "b", "c"], "numbered 1 to 4, with gaps"),
        (["7", "8"], ["a", "b"], "numbered 7 to 8, with gaps"),
        ([f"n{i}" for i in range(8)], ["a"], "'n4' and 3 more"),
    ],
)
def test_anything_between_is_an_error_that_names_it(names, wanted, message):
    with pytest.raises(ValueError, match=message):
        label_order(names, classes(*wanted))


def test_natural_order_takes_numbers_by_value():
    names = ["10", "2", "b10", "b9", "a", "02", "b", "b10c"]
    assert sorted(names, key=natural_key) == ["02", "2", "10", "a", "b", "b9", "b10", "b10c"]


@given(st.lists(st.tuples(st.text("ab-", max_size=3), st.integers(0, 200))))
def test_names_that_end_in_numbers_stand_by_text_then_by_number(pairs):
    names = [f"{text}{number}" for text, number in pairs]
    assert sorted(names, key=natural_key) == [f"{text}{number}" for text, number in sorted(pairs)]


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["001.Black_footed_Albatross", "002.Laysan_Albatross"], ["Laysan Albatross", "black footed albatross"]),
        (["n02085620-Chihuahua", "n02085782-Japanese_spaniel"], ["Japanese spaniel", "Chihuahua"]),
        (["cat", "dog"], ["0 dog", "1 cat"]),
        (["cats", "dogs"], ["dog", "cat"]),
    ],
)
def test_a_number_before_a_name_or_a_plural_does_not_hide_it(names, wanted):
    assert label_order(names, classes(*wanted)) == ([1, 0], "name")


def test_a_number_that_not_all_names_have_is_part_of_the_name():
    with pytest.raises(ValueError, match="'1 series' not among the class names"):
        label_order(["1 series", "cat"], classes("3 series", "cat"))


def test_minus_one_is_no_class():
    with pytest.raises(ValueError, match="numbered -1 to 1"):
        label_order(["-1", "0", "1"], classes("a", "b", "c"))

"""Class names and templates as people's text files hold them."""

import pytest

from concept_freq.evaluation.classes import EvaluationClass, check_distinct, read_classes, read_templates


def written(path, data: bytes):
    path.write_bytes(data)
    return path


def test_a_class_may_be_counted_and_labelled_under_other_names(tmp_path):
    path = written(tmp_path / "classes.txt", b"plane\tairplane\ncar\n cra\tcrab \tkrab\ncra\t\tkrab\n")
    classes = [
        ("plane", "airplane", "airplane"),
        ("car", "car", "car"),
        ("cra", "crab", "krab"),
        ("cra", "cra", "krab"),
    ]
    assert read_classes(path) == [EvaluationClass(*cells) for cells in classes]


def test_a_byte_order_mark_blanks_and_empty_lines_are_no_part_of_a_name(tmp_path):
    path = written(tmp_path / "classes.txt", b"\xef\xbb\xbfcat \r\n\r\n dog\r\n   \r\n")
    assert [one.name for one in read_classes(path)] == ["cat", "dog"]


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"cat\ncaf\xe9\n", "classes.txt: line 2 is not UTF-8"), (b"cat\n\tdog\n", "classes.txt: class 2 has no name")],
)
def test_an_unreadable_list_is_named_with_its_line(tmp_path, data, message):
    with pytest.raises(ValueError, match=message):
        read_classes(written(tmp_path / "classes.txt", data))


@pytest.mark.parametrize("second", ["missile", "Missile", "MISSILE ", "missile\tmissile"])
def test_two_classes_of_one_name_are_refused_with_the_remedy(second):
    classes = [EvaluationClass.of_line(line) for line in ("cat", "missile", second)]
    with pytest.raises(ValueError, match=r"classes 2 and 3 are both named .*second column .*TAB OTHER NAME"):
        check_distinct(classes)


def test_the_remedy_works_and_keeps_the_prompts():
    classes = [EvaluationClass.of_line(line) for line in ("missile", "missile\tprojectile", "T-shirt", "t-shirts")]
    check_distinct(classes)
    assert [one.name for one in classes[:2]] == ["missile", "missile"]


def test_templates_of_the_layout_mean_the_same(tmp_path):
    path = written(tmp_path / "t.txt", b"\xef\xbb\xbfa photo of a {c}.\r\n\r\nthe {}, a {c}\r\n")
    assert read_templates(path) == ["a photo of a {}.", "the {}, a {}"]


@pytest.mark.parametrize(("data", "message"), [(b"a {c}\na photo\n", "'a photo' has no {}"), (b" \n", "no templates")])
def test_templates_that_name_no_class_are_refused(tmp_path, data, message):
    with pytest.raises(ValueError, match=message):
        read_templates(written(tmp_path / "t.txt", data))

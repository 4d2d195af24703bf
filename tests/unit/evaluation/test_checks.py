"""What is wrong with an evaluation set is told before any job, from its folder and names alone."""

import subprocess
import sys

import pytest
from colour_sets import picture, write_pictures, write_shard
from programs import SCRIPTS

from concept_freq.evaluation.checks import checked_classes


@pytest.fixture
def layout(tmp_path):
    """A set in CLIP_benchmark's layout."""
    write_shard(tmp_path / "test" / "0.tar", [{"png": picture((1, 1, 1)), "cls": b"0"}])
    (tmp_path / "classnames.txt").write_text("cat\ndog\tpuppy\n")
    (tmp_path / "zeroshot_classification_templates.txt").write_text("a {c}\n")
    return tmp_path


@pytest.fixture
def folder(tmp_path):
    """An image folder of two classes."""
    return write_pictures(tmp_path / "set", {"cat": (1, 1, 1), "dog": (2, 2, 2)}, n=1)


def test_classes_of_sets_at_hand_are_known(layout, folder):
    assert [one.spelling for one in checked_classes(f"wds:{layout}", "", None)] == ["cat", "puppy"]
    assert [one.spelling for one in checked_classes(f"folder:{folder}", "", None)] == ["cat", "dog"]
    assert [one.name for one in checked_classes(f"folder:{folder}", "", layout / "classnames.txt")] == ["cat", "dog"]
    assert checked_classes("hf:somebody/pets", "", None) == []


def test_a_file_of_the_layout_that_is_wrong_is_told(layout):
    (layout / "zeroshot_classification_templates.txt").write_text("a photo\n")
    with pytest.raises(ValueError, match="'a photo' has no"):
        checked_classes(f"wds:{layout}", "", None)
    (layout / "test" / "nshards.txt").write_text("2")
    with pytest.raises(ValueError, match="test: shard 1 is missing"):
        checked_classes(f"wds:{layout}", "test", None)


def test_names_that_do_not_fit_the_folders_are_told(tmp_path, folder):
    (tmp_path / "names.txt").write_text("cat\nwolf\n")
    with pytest.raises(ValueError, match="'dog' not among the class names"):
        checked_classes(f"folder:{folder}", "", tmp_path / "names.txt")


def test_two_classes_of_one_name_are_told_of_sets_that_are_yet_to_be_fetched(tmp_path):
    (tmp_path / "names.txt").write_text("cat\ncat\n")
    with pytest.raises(ValueError, match="classes 1 and 2 are both named 'cat'"):
        checked_classes("hf:somebody/pets", "", tmp_path / "names.txt")


def test_a_planner_that_checks_sets_loads_no_torch():
    modules = "concept_freq.evaluation.checks, concept_freq.evaluation.identity"
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], cwd=SCRIPTS, capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"

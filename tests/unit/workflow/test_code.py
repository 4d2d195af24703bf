"""The import closure of a program: whatever form an import has, and nothing that is not imported."""

from pathlib import Path

import pytest

from concept_freq.workflow.code import closure, module_file


@pytest.fixture
def tree(tmp_path):
    """Write files below a folder of their own; an empty package where none is given."""

    def write(**files: str) -> Path:
        for name, text in {"concept_freq/__init__": '"""The package."""', **files}.items():
            path = tmp_path / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def names(script: str, root: Path) -> list[str]:
    """The closure of a script, as paths below the root."""
    return [str(path.relative_to(root)) for path in closure(root / script, root)]


@pytest.mark.parametrize(
    "statement",
    [
        "from concept_freq.io import tables",
        "from concept_freq.io.tables import write",
        "import concept_freq.io.tables",
        "import concept_freq.io.tables as tables",
        "def use():\n    from concept_freq.io import tables",
        "if True:\n    import json, concept_freq.io.tables",
        "KINDS = {'a': 'concept_freq.io.tables:write'}",
        "import importlib; importlib.import_module('concept_freq.io.tables')",
    ],
)
def test_every_form_of_an_import_counts(tree, statement):
    root = tree(**{"program": statement, "concept_freq/io/tables": "", "concept_freq/io/other": ""})
    assert names("program.py", root) == ["concept_freq/io/tables.py"]


@pytest.mark.parametrize("statement", ["from . import near", "from .near import x", "from ..text import far"])
def test_relative_imports_are_resolved(tree, statement):
    files = {"concept_freq/io/here": statement, "concept_freq/io/near": "", "concept_freq/text/far": ""}
    root = tree(program="from concept_freq.io import here", **files)
    expected = "concept_freq/text/far.py" if "far" in statement else "concept_freq/io/near.py"
    assert names("program.py", root) == ["concept_freq/io/here.py", expected]


def test_what_is_imported_by_what_is_imported_counts_once_and_circles_end(tree):
    files = {"concept_freq/a": "import concept_freq.b", "concept_freq/b": "import concept_freq.a, concept_freq.c"}
    root = tree(program="import concept_freq.a", **files, **{"concept_freq/c": "", "concept_freq/d": ""})
    assert names("program.py", root) == [f"concept_freq/{name}.py" for name in "abc"]


def test_a_package_counts_where_its_init_holds_code(tree):
    files = {"concept_freq/io/__init__": '"""Docstring."""\nLIMIT = 3', "concept_freq/io/tables": ""}
    root = tree(program="import concept_freq.io.tables", **files)
    assert names("program.py", root) == ["concept_freq/io/__init__.py", "concept_freq/io/tables.py"]
    assert module_file("concept_freq", root) is None


def test_other_modules_and_strings_that_only_mention_one_do_not_count(tree):
    statement = '"""Uses concept_freq.io.tables: writes."""\nimport json\nX = "see concept_freq.io.tables"'
    assert names("program.py", tree(program=statement, **{"concept_freq/io/tables": ""})) == []


def test_a_missing_module_is_no_file(tree):
    assert module_file("concept_freq.nowhere", tree()) is None

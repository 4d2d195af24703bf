"""The house stays in order: packages form no cycle, planning stays light, files and functions stay short."""

import ast
import graphlib
import subprocess
import sys

from programs import REPOSITORY, SCRIPTS

from concept_freq.workflow.code import PACKAGE, imports

ROOM = SCRIPTS / PACKAGE
MODULES = sorted(ROOM.rglob("*.py"))
PYTHON = sorted(
    path for folder in ("scripts", "benchmarks", "docs", "tests") for path in (REPOSITORY / folder).rglob("*.py")
)
LONGEST_FILE, LONGEST_FUNCTION = 250, 45


def package_of(path):
    """The package that a file lies in."""
    return path.relative_to(ROOM).parts[0]


def test_packages_form_no_cycle():
    arrows = {package_of(path): set() for path in MODULES if path.parent != ROOM}
    for path in MODULES:
        if path.parent != ROOM:
            arrows[package_of(path)] |= {package_of(other) for other in imports(path)} - {package_of(path)}
    assert [*graphlib.TopologicalSorter(arrows).static_order()]  # raises CycleError


def test_every_package_says_what_comes_in_and_goes_out():
    for path in ROOM.glob("*/__init__.py"):
        doc = ast.get_docstring(ast.parse(path.read_text()))
        assert "Comes in:" in doc and "oes out:" in doc, path


def test_planning_imports_no_torch():
    command = "import sys, concept_freq.workflow.study; print({'torch', 'pandas', 'open_clip'} & {*sys.modules})"
    said = subprocess.run([sys.executable, "-c", command], cwd=SCRIPTS, capture_output=True, text=True)
    assert said.stdout.strip() == "set()", said.stdout + said.stderr


def too_long(path):
    """What is longer than it may be in a file."""
    text = path.read_text()
    if len(text.splitlines()) > LONGEST_FILE and not path.is_relative_to(REPOSITORY / "tests"):
        yield path.name
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION:
            yield f"{path.name}:{node.name}"


def test_files_and_functions_are_short():
    assert [name for path in PYTHON for name in too_long(path)] == []

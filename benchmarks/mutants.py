"""Change one operator or constant of a module at a time and run its unit tests: what they do not notice survives.

    make mutants MODULE=counts/thresholds       or any module of scripts/concept_freq, without .py

A survivor that is listed in tests/mutants.tsv, with the reason why no test can tell it, is expected; another one is a
missing test, and ends the program with 1. Each mutant is tested in a fork of this process, which has imported the large
packages; programs that a test starts anew see the module unchanged.
"""

import argparse
import ast
import copy
import csv
import importlib.util
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hypothesis  # noqa: F401  the large packages, so that no fork imports them
import numba  # noqa: F401
import pandas  # noqa: F401
import pytest
import scipy.stats  # noqa: F401

REPOSITORY = Path(__file__).parents[1]
KNOWN = REPOSITORY / "tests" / "mutants.tsv"
OTHER = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
TEXT = (ast.JoinedStr, ast.Raise)  # nothing in it is a number or a decision


def other(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place: another operator, a constant beside it, the condition's contrary."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER:
        yield ast.Compare(node.left, [OTHER[type(node.ops[0])](), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) and type(node.op) in OTHER:
        changed = copy.copy(node)
        changed.op = OTHER[type(node.op)]()
        yield changed
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        changed = copy.copy(node)
        changed.test = ast.UnaryOp(ast.Not(), node.test)
        yield changed


def places(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node below one with where it stands: parent, field, number in the field's list; annotations left out."""
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns"):
            continue
        for number, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not isinstance(node, TEXT):
                yield parent, field, number, node
                yield from places(node)


def put(parent: ast.AST, field: str, number: int | None, node: ast.AST) -> None:
    """Put a node into a place."""
    if number is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[number] = node


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """(what is changed, the whole changed source) of every mutant."""
    tree, lines = ast.parse(source), source.splitlines()
    for parent, field, number, node in list(places(tree)):
        for changed in other(node):
            put(parent, field, number, ast.copy_location(changed, node))
            was, now = (ast.unparse(each).split("\n")[0] for each in (node, changed))
            yield f"{was} -> {now}   in {lines[node.lineno - 1].strip()}", ast.unparse(ast.fix_missing_locations(tree))
            put(parent, field, number, node)


def test_with(path: Path, module: str, tests: list[str]) -> None:
    """In a process of its own, put a source file into a module's place and run the tests; exits as pytest does."""
    sys.path[:0] = [str(REPOSITORY / part) for part in ("scripts", "tests")]
    os.chdir(REPOSITORY)
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    package, _, name = f"concept_freq.{module.replace('/', '.')}".rpartition(".")
    spec = importlib.util.spec_from_file_location(f"{package}.{name}", path)
    changed = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    parent = importlib.import_module(package)
    spec.loader.exec_module(changed)
    setattr(parent, name, changed)
    os._exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "--import-mode=importlib", "--assert=plain", *tests]))


def survives(source: str, module: str, tests: list[str], limit: float) -> bool:
    """Whether the tests pass with this source in the module's place; a loop without end is noticed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, Path(module).name + ".py")
        path.write_text(source)
        process = multiprocessing.get_context("fork").Process(target=test_with, args=(path, module, tests))
        process.start()
        process.join(limit)
        process.kill()
        process.join()
        return process.exitcode == 0


def tests_of(module: str) -> list[str]:
    """Unit tests of a package that import the module, as paths."""
    dotted = f"concept_freq.{module.replace('/', '.')}"
    package, name = dotted.rpartition(".")[::2]
    found = sorted((REPOSITORY / "tests" / "unit").rglob("test_*.py"))
    direct = [path for path in found if any(w in path.read_text() for w in (dotted, f"from {package} import {name}"))]
    near = [path for path in found if path.parent.name == module.split("/")[0]]
    return [str(path.relative_to(REPOSITORY)) for path in direct or near]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", help="below scripts/concept_freq, as counts/compiled")
    parser.add_argument("--tests", nargs="*", help="those that import the module if not given")
    parser.add_argument("--limit", type=float, default=120, help="seconds of one mutant's tests")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    source = (REPOSITORY / "scripts" / "concept_freq" / f"{args.module}.py").read_text()
    tests = args.tests or tests_of(args.module)
    if not survives(source, args.module, tests, 5 * args.limit):
        sys.exit(f"{' '.join(tests)}: fail without any change")
    found = list(mutants(source))
    with ThreadPoolExecutor(args.jobs) as pool:
        left = pool.map(lambda mutant: survives(mutant[1], args.module, tests, args.limit), found)
        alive = [what for (what, _), lives in zip(found, left, strict=True) if lives]
    with KNOWN.open(newline="") as file:
        known = {row["mutant"] for row in csv.DictReader(file, delimiter="\t") if row["module"] == args.module}
    print(f"{args.module}: {len(found)} mutants, {len(alive)} survive, {len({*alive} - known)} without a reason")
    print("\n".join(f"{what}{'' if what in known else '   NOT LISTED'}" for what in alive))
    sys.exit(bool({*alive} - known))


if __name__ == "__main__":
    main()

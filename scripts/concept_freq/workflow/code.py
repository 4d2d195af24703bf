"""The code that a program depends on: its import closure within concept_freq, read from the source.

A rule that lists the closure among its inputs reruns when, and only when, code that it can reach was edited.
"""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "concept_freq"
SCRIPTS = Path(__file__).parents[2]  # holds the programs and the package
# A registry names what it imports on use as "concept_freq.tags.owlv2:open_tagger": code that no import statement shows.
LAZY = re.compile(rf"({PACKAGE}(?:\.\w+)+)(?::\w+)?")


def has_code(path: Path) -> bool:
    """Whether a file holds more than a docstring."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return len(body) > (ast.get_docstring(ast.Module(body, [])) is not None)


@functools.cache
def module_file(name: str, root: Path = SCRIPTS) -> Path | None:
    """File of a module; of a package its ``__init__.py``, where that holds code; None where a name is neither."""
    path = root / name.replace(".", "/")
    if (module := path.with_suffix(".py")).is_file():
        return module
    package = path / "__init__.py"
    return package if package.is_file() and has_code(package) else None


def absolute(node: ast.ImportFrom, path: Path, root: Path) -> str:
    """The module that a ``from`` statement names, dots at its start resolved."""
    if not node.level:
        return node.module or ""
    package = path.relative_to(root).parts[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def named_modules(tree: ast.Module, path: Path, root: Path) -> Iterator[str]:
    """Names that a file imports anywhere, within functions too, and those in strings that are imported on use."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = absolute(node, path, root)
            yield from (f"{module}.{alias.name}" for alias in node.names)  # a member may be a module
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and (lazy := LAZY.fullmatch(node.value)):
            yield lazy[1]


@functools.cache
def imports(path: Path, root: Path = SCRIPTS) -> frozenset[Path]:
    """Files of concept_freq that a file imports itself, with the packages that hold them."""
    found: set[Path] = set()
    for name in named_modules(ast.parse(path.read_text(encoding="utf-8")), path, root):
        parts = name.split(".")
        if parts[0] == PACKAGE:
            files = (module_file(".".join(parts[:n]), root) for n in range(1, len(parts) + 1))
            found.update(file for file in files if file)
    return frozenset(found)


def closure(script: Path, root: Path = SCRIPTS) -> list[Path]:
    """Files of concept_freq that a program imports, directly or not, sorted; without the program itself."""
    found: set[Path] = set()
    left = [script]
    while left:
        new = imports(left.pop(), root) - found
        left += new
        found |= new
    return sorted(found - {script})

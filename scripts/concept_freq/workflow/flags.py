"""Command lines from settings: every value is quoted here, and nowhere else."""

import json
import os
import shlex
from collections.abc import Iterable, Mapping

FEW = 20  # values up to which a list is spelt out


def words(values: Iterable[object]) -> str:
    """Values as quoted words; many files of one folder in few words that bash expands.

    One argument of a program may hold 128 KB, the whole command is one argument of bash, and 1,000 paths come close.
    """
    quoted = [shlex.quote(str(value)) for value in values]
    if len(quoted) <= FEW:
        return " ".join(quoted)
    folders: dict[str, list[str]] = {}
    for value in map(str, values):
        folders.setdefault(os.path.dirname(value), []).append(shlex.quote(os.path.basename(value)))
    return " ".join(braces(folder, names) for folder, names in folders.items())


def braces(folder: str, names: list[str]) -> str:
    """FOLDER/{NAME,NAME}, as bash expands it."""
    prefix = f"{shlex.quote(folder)}/" if folder else ""
    return f"{prefix}{{{','.join(names)}}}" if names[1:] else prefix + names[0]


def flag(name: str, value: object) -> str:
    """One option with its value; nothing where the value is empty."""
    option = f"--{name.replace('_', '-')}"
    if value is None or value is False or (not isinstance(value, int | float) and not value):
        return ""
    if value is True:
        return option
    if isinstance(value, Mapping):
        return f"{option} {shlex.quote(json.dumps(value))}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f"{option} {words(value)}"
    return f"{option} {shlex.quote(str(value))}"


def flags(**options: object) -> str:
    """Options of a program: a mapping becomes JSON, a list several words, True a bare flag; empty values drop out."""
    return " ".join(filter(None, (flag(name, value) for name, value in options.items())))

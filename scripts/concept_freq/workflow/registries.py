"""Registries: tables (TSV) whose rows name datasets, models and evaluation sets, validated row by row."""

import csv
import difflib
import functools
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError

SCHEMAS = Path(__file__).parents[3] / "config" / "schemas"
Row = SimpleNamespace  # an attribute for each column of the schema, "" where the cell is empty
Registry = dict[str, Row]


@functools.cache
def validator(schema: str) -> jsonschema.protocols.Validator:
    """Validator of config/schemas/{schema}.schema.yaml."""
    return jsonschema.Draft202012Validator(load_configfile(SCHEMAS / f"{schema}.schema.yaml"))


def reason(error: jsonschema.ValidationError) -> str:
    """What is wrong, in words: which key is missing, or which one a misspelt one may stand for."""
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return f"{missing!r} is missing or empty; fill it in"
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        known = error.schema.get("properties", {})
        unknown = [key for key in error.instance if key not in known]
        near = difflib.get_close_matches(unknown[0], known, 1) if unknown else []
        return error.message + (f"; did you mean {near[0]!r}?" if near else "")
    return error.message


def check(data: object, schema: str, where: str) -> None:
    """Raise WorkflowError with one line that names the file and what is wrong where data do not fit a schema."""
    if error := jsonschema.exceptions.best_match(validator(schema).iter_errors(data)):
        at = ".".join(map(str, error.absolute_path))
        raise WorkflowError(f"{where}: {f'{at}: ' if at else ''}{reason(error)}")


def typed(cell: str, kind: str | None) -> str | int | float:
    """Convert a cell to the number type that its schema declares; text that is no number stays, for validation."""
    try:
        return {"integer": int, "number": float}.get(kind, str)(cell)
    except ValueError:
        return cell


def read_cells(path: str) -> list[tuple[int, dict[str, str]]]:
    """Rows of a TSV, as column to cell, with their line numbers; empty lines and those that start with # drop out.

    Blanks around cells and tabs at the end of a line, as spreadsheets leave them, are none of it.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter="\t")
            read = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise WorkflowError(f"{path}: {error}; save it as a tab-separated table in UTF-8") from None
    lines = [(line, row) for line, row in read if any(row) and not row[0].startswith("#")]
    if not lines:
        raise WorkflowError(f"{path}: is empty; its first line must name the columns, tab-separated")
    (_, columns), *rows = lines
    for line, row in rows:
        if any(row[len(columns) :]):
            raise WorkflowError(f"{path}: line {line}: {len(row)} cells under {len(columns)} columns; remove a tab")
    cells = [(line, dict(zip(columns, row, strict=False))) for line, row in rows]
    return [(line, {column: cell for column, cell in row.items() if column or cell}) for line, row in cells]


def read_rows(path: str, schema: str, where: str) -> Registry:
    """Rows of a TSV by their first cell, each validated; columns that the TSV leaves out are empty."""
    if not os.path.exists(path):
        raise WorkflowError(f"{where}: {path} does not exist")
    kinds = {key: entry.get("type") for key, entry in validator(schema).schema["properties"].items()}
    registry: Registry = {}
    for _, cells in read_cells(path):
        name = next(iter(cells.values()))
        check(
            {key: typed(cell, kinds.get(key)) for key, cell in cells.items() if cell}, schema, f"{path}: row {name!r}"
        )
        if name in registry:
            raise WorkflowError(f"{path}: {name!r} occurs in two rows; rename one of them")
        registry[name] = Row(**{**dict.fromkeys(kinds, ""), **cells})
    return registry


def selected(names: Iterable[str], registry: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The entries of a registry that the config selects by name."""
    for name in names:
        if name not in registry:
            near = difflib.get_close_matches(name, registry, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise WorkflowError(f"{where}: {name!r} is not in its registry, which has {', '.join(registry)}{hint}")
    return {name: registry[name] for name in names}

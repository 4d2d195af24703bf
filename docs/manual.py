"""The manual of keys and columns, made from the schemas' own descriptions."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Schema = Mapping[str, Any]
TYPES = {"integer": "whole number", "boolean": "true or false", "string": "text", "object": "keys below"}


def read_schema(path: Path) -> Schema:
    """A schema in which every ``$ref`` is replaced by what it names."""
    whole = yaml.safe_load(path.read_text())

    def resolved(entry: Any) -> Any:
        if isinstance(entry, list):
            return [resolved(item) for item in entry]
        if not isinstance(entry, dict):
            return entry
        if "$ref" in entry:
            target: Any = whole
            for name in entry["$ref"].removeprefix("#/").split("/"):
                target = target[name]
            entry = {**target, **{key: value for key, value in entry.items() if key != "$ref"}}
        return {key: resolved(value) for key, value in entry.items()}

    return resolved(whole)


def range_of(entry: Schema) -> str:
    """The smallest and largest value that a number may have, in words."""
    low, high = entry.get("minimum"), entry.get("maximum")
    if low is not None and high is not None:
        return f" {low} to {high}"
    if "exclusiveMinimum" in entry:
        return f" above {entry['exclusiveMinimum']}"
    return f" ≥ {low}" if low is not None else f" ≤ {high}" if high is not None else ""


def kind_of(entry: Schema) -> str:
    """What a value may be, in words."""
    if "enum" in entry:
        return " \\| ".join(f"`{value}`" for value in entry["enum"])
    kind = entry.get("type", "")
    if kind == "array":
        items = entry.get("items", {})
        return "list" if items.get("type") == "object" else f"list of {kind_of(items)}"
    if kind == "object" and not children(entry):
        inner = entry.get("additionalProperties", {})
        return f"NAME: {kind_of(inner)}" if isinstance(inner, dict) and kind_of(inner) else "NAME: keys"
    return TYPES.get(kind, kind) + range_of(entry)


def children(entry: Schema) -> dict[str, tuple[Schema, bool]]:
    """The keys below an entry, and whether each is required: of an object, of each item of a list, of each NAME."""
    if "properties" in entry:
        return {key: (value, key in entry.get("required", [])) for key, value in entry["properties"].items()}
    if entry.get("type") == "array":
        return {f"[].{key}": value for key, value in children(entry.get("items", {})).items()}
    named = entry.get("additionalProperties")
    return {f"NAME.{key}": value for key, value in children(named).items()} if isinstance(named, dict) else {}


def rows(entry: Schema, prefix: str = "") -> Iterator[tuple[str, Schema, bool]]:
    """Every key below an entry, as (path, entry, whether it is required)."""
    for key, (below, required) in children(entry).items():
        path = f"{prefix}{key}" if key.startswith("[]") else f"{prefix}.{key}".lstrip(".")
        yield path, below, required
        yield from rows(below, path)


def cells(path: str, entry: Schema, required: bool) -> list[str]:
    """A row of a table: the key (bold where it is required), what it may be, its default, what it means."""
    name = f"**`{path}`**" if required else f"`{path}`"
    default = f"`{json.dumps(entry['default'])}`" if entry.get("default") not in (None, {}) else ""
    return [name, kind_of(entry), default, entry.get("description", "").replace("|", "\\|")]


def table(first: str, lines: list[list[str]]) -> str:
    """A Markdown table of keys; without the column of defaults where no key has one."""
    columns = [[first, "value", "default", "meaning"], ["---"] * 4, *lines]
    kept = [i for i in range(4) if i != 2 or any(line[2] for line in lines)]
    return "\n".join("| " + " | ".join(line[i] for i in kept) + " |" for line in columns)


def manual_of_config(schema: Schema) -> str:
    """A table of the top keys, then a section for each that has keys below it."""
    top = children(schema)
    parts = [table("key", [cells(key, entry, required) for key, (entry, required) in top.items()])]
    for key, (entry, _) in top.items():
        if below := list(rows(entry)):
            parts.append(f"### `{key}`\n\n" + table("key", [cells(*row) for row in below]))
    return "\n\n".join(parts)


def manual_of_registry(schema: Schema) -> str:
    """A table of a registry's columns."""
    return table("column", [cells(*row) for row in rows(schema)])

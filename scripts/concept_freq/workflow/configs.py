"""Compose a config: on the base that it names, with the defaults of its schema."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError

from concept_freq.workflow.registries import validator

Config = dict[str, Any]
LISTS = ("pretraining", "models", "downstream")


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> Config:
    """``base`` with ``changes`` laid over it, key by key; a key that they set to null is removed."""
    result = dict(base)
    for key, value in changes.items():
        if isinstance(value, Mapping):
            below = base.get(key)
            result[key] = merged(below if isinstance(below, Mapping) else {}, value)
        else:
            result[key] = value
    return {key: value for key, value in result.items() if value is not None}


def composed(config: Mapping[str, Any], folders: Sequence[Path]) -> Config:
    """A config laid over the base that it names (``extends``), which may name another; ``folders`` are searched."""
    chain, layers, names = dict(config), [], []
    while base := chain.pop("extends", None):
        path = next((folder / base for folder in folders if (folder / base).is_file()), None)
        if path is None:
            raise WorkflowError(f"config: extends: {base} does not exist; name a config file, or remove the key")
        if path.resolve() in names:
            raise WorkflowError(f"config: extends: {base} extends itself; remove one of the two")
        names.append(path.resolve())
        layers.append(chain)
        chain = dict(load_configfile(path))
    result = merged({}, chain)
    for layer in reversed(layers):
        result = merged(result, layer)
    return result


def with_defaults(config: Mapping[str, Any], schema: Mapping[str, Any]) -> Config:
    """A config with the ``default`` of each key of its schema that it leaves out, level by level."""
    result = dict(config)
    for key, entry in schema.get("properties", {}).items():
        if key not in result and "default" in entry:
            result[key] = entry["default"]
        if isinstance(result.get(key), Mapping):
            result[key] = with_defaults(result[key], entry)
    return result


def with_lists(config: Mapping[str, Any]) -> Config:
    """A config in which a single name, as the command line gives it (``models=quick``), is a list of one."""
    return {key: [value] if key in LISTS and isinstance(value, str) else value for key, value in config.items()}


def complete(config: Mapping[str, Any], folders: Sequence[Path]) -> Config:
    """A config as the workflow uses it: on its base, single names as lists, defaults filled in."""
    return with_defaults(with_lists(composed(config, folders)), validator("config").schema)

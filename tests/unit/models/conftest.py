"""What the tests of models share: a call of retrieve_model."""

import json
from pathlib import Path

import pytest

import retrieve_model


@pytest.fixture
def retrieve(tmp_path, monkeypatch):
    """Call retrieve_model in this process, which saves the seconds of importing torch; returns the recipe it wrote."""

    def call(source: object, architecture: Path, *options: str) -> dict:
        arguments = ["--source", source, "--architecture", architecture, *options, "--cache", tmp_path / "cache"]
        arguments += ["--recipe", tmp_path / "recipe.json", "--out", tmp_path / "out.safetensors"]
        monkeypatch.setattr("sys.argv", ["retrieve_model.py", *map(str, arguments)])
        retrieve_model.main()
        return json.loads((tmp_path / "recipe.json").read_text())

    return call

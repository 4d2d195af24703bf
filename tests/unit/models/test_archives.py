"""Files of weights as training codes leave them: read, or named with their true cause."""

import argparse
import collections
import datetime
import os
import pathlib
import pickle
import random
import types
import warnings

import numpy as np
import pytest
import safetensors.torch
import torch

from concept_freq.models.archives import load
from concept_freq.models.checkpoints import read_state

STATE = {"weight": torch.arange(6.0).view(2, 3), "bias": torch.ones(2)}
BESIDE = {
    "a numpy float": np.float32(3.5),
    "a numpy integer": np.int64(3),
    "a numpy boolean": np.bool_(True),
    "a numpy array": np.arange(3),
    "numpy's random state": np.random.get_state(),
    "Python's random state": random.getstate(),
    "a path": pathlib.Path("/runs/1"),
    "a path of Windows": pathlib.PureWindowsPath("C:/runs"),
    "arguments": argparse.Namespace(lr=0.1, out=pathlib.Path("a")),
    "a plain object": types.SimpleNamespace(lr=0.1),
    "a date": datetime.datetime(2024, 5, 1),
    "a device": torch.device("cpu"),
}


COUNTS = {"state_dict": STATE, "losses": collections.defaultdict(list, {"loss": [1.0]})}


class Runs:
    """An object whose loading would run code."""

    def __reduce__(self) -> tuple:
        """What pickle calls."""
        return os.mkdir, ("ran",)


def same(found: dict) -> bool:
    return found.keys() == STATE.keys() and all(torch.equal(found[name], STATE[name]) for name in STATE)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("what", BESIDE)
def test_plain_data_beside_weights_is_no_obstacle(tmp_path, what, zipped):
    content = {"epoch": 3, "state_dict": STATE, "beside": BESIDE[what]}
    torch.save(content, tmp_path / "run.pt", _use_new_zipfile_serialization=zipped)
    assert same(read_state(tmp_path / "run.pt"))


@pytest.mark.parametrize("name", ["weights.bin", "weights.pt", "weights.safetensors"])
def test_the_content_tells_what_a_file_is(tmp_path, name):
    safetensors.torch.save_file(STATE, tmp_path / name)
    assert same(load(tmp_path / name))
    torch.save(STATE, tmp_path / name)
    assert same(load(tmp_path / name))


def test_an_archive_of_torch_script_gives_its_weights(tmp_path):
    layer = torch.nn.Linear(3, 2)
    layer.load_state_dict(STATE)
    with warnings.catch_warnings(action="ignore"):
        torch.jit.save(torch.jit.script(layer), tmp_path / "script.pt")
    assert same(load(tmp_path / "script.pt"))


@pytest.mark.parametrize("zipped", [True, False])
def test_a_whole_model_is_named_and_not_run(tmp_path, monkeypatch, zipped):
    monkeypatch.chdir(tmp_path)
    for content, name in (
        (torch.nn.Linear(3, 2), "torch.nn.modules.linear.Linear"),
        ({"model": Runs()}, "mkdir"),
        (COUNTS, "defaultdict"),
    ):
        torch.save(content, tmp_path / "run.pt", _use_new_zipfile_serialization=zipped)
        with pytest.raises(ValueError, match=rf"run\.pt holds objects of Python code \(\S*{name}\).*save the weights"):
            load(tmp_path / "run.pt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"is no whole checkpoint \(0 bytes; EOFError\); fetch"),
        (b"\n<!DOCTYPE html><html>", "is no whole checkpoint: it is a web page; fetch the file itself"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "it is a Git LFS pointer.*git lfs pull"),
        (pickle.dumps({"a": 1}), "a pickle that torch.save did not write; write it anew"),
        (b"a" * 10240, r"is no whole checkpoint \(10,240 bytes; not what torch.save writes\)"),
        (b'{"error": "not authorized"}', r"is no whole checkpoint \(27 bytes; not what torch.save writes\)"),
        (b"PK\x03\x04 and then nothing", "is no whole checkpoint"),
        ((8).to_bytes(8, "little") + b"{" + b"x" * 20, "is no whole checkpoint"),
    ],
)
def test_what_is_no_checkpoint_is_told_apart(tmp_path, content, message):
    (tmp_path / "weights.pt").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load(tmp_path / "weights.pt")


@pytest.mark.parametrize("save", [torch.save, safetensors.torch.save_file])
def test_a_file_that_is_cut_off_is_to_be_fetched_again(tmp_path, save):
    save({"weight": torch.zeros(5000)}, tmp_path / "whole")
    (tmp_path / "cut.pt").write_bytes((tmp_path / "whole").read_bytes()[:9000])
    with pytest.raises(ValueError, match=r"cut\.pt is no whole checkpoint \(9,000 bytes; .*fetch or save it again"):
        load(tmp_path / "cut.pt")


def test_numpy_archives_and_lists_are_named(tmp_path):
    np.savez(tmp_path / "big_vision.npz", a=np.arange(3))
    with pytest.raises(ValueError, match="archive of numpy arrays"):
        load(tmp_path / "big_vision.npz")
    torch.save([torch.ones(2)], tmp_path / "list.pt")
    with pytest.raises(ValueError, match="holds list, not weights by name"):
        load(tmp_path / "list.pt")

"""Checkpoints as training runs leave them, from the file to the weights that every later step loads."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from test_checkpoints import TEXT

from concept_freq.models import clip

TINY = {"embed_dim": 16, "vision_cfg": {"image_size": 32, "layers": 1, "width": 16, "head_width": 8, "patch_size": 16}}
TINY |= {"text_cfg": TEXT}


@pytest.fixture
def architecture(tmp_path):
    """A model config small enough for tests."""
    path = tmp_path / "tiny_run.json"
    path.write_text(json.dumps(TINY))
    return path


def prefixed(state: dict, prefix: str) -> dict:
    return {f"{prefix}{name}": value for name, value in state.items()}


def halved(state: dict) -> dict:
    return {name: value.bfloat16() for name, value in state.items()}


RUNS = {
    "open_clip_ddp.pt": lambda s: {"epoch": 3, "state_dict": prefixed(s, "module."), "optimizer": {"state": {0: s}}},
    "namespace.pt": lambda s: {"state_dict": s, "args": argparse.Namespace(lr=1e-3, out=Path("runs"))},
    "half.pt": halved,
    "half.safetensors": halved,
    "compiled.pt": lambda s: {"state_dict": prefixed(s, "_orig_mod.")},
    "compiled_ddp.pt": lambda s: {"state_dict": prefixed(s, "_orig_mod.module.")},
    "ddp_compiled.pt": lambda s: {"state_dict": prefixed(s, "module._orig_mod.")},
    "lightning.ckpt": lambda s: {"state_dict": prefixed(s, "model."), "hyper_parameters": {"lr": 1e-3}},
    "model_state_dict.pt": lambda s: {"model_state_dict": s, "optimizer_state_dict": {"state": {}}},
    "timm_ema.pth.tar": lambda s: {"state_dict_ema": prefixed(s, "module."), "arch": "tiny"},
    "numpy_metric.pt": lambda s: {"model": s, "best_acc1": np.float64(37.6), "curve": np.arange(3)},
    "path.pt": lambda s: {"state_dict": s, "resume": Path("/runs/epoch_3.pt")},
    "named.bin": dict,
}


@pytest.mark.parametrize("name", RUNS)
def test_weights_of_a_run_are_loaded(tmp_path, architecture, retrieve, name):
    state = clip.create(architecture).state_dict()
    by_safetensors = name.endswith((".safetensors", ".bin"))
    (safetensors.torch.save_file if by_safetensors else torch.save)(RUNS[name](dict(state)), tmp_path / name)
    retrieve(tmp_path / name, architecture)
    found = safetensors.torch.load_file(tmp_path / "out.safetensors")
    for key, value in state.items():
        torch.testing.assert_close(found[key], value, rtol=1e-2 if "half" in name else 0, atol=0)


def test_a_whole_model_and_a_cut_file_are_told_apart(tmp_path, architecture, retrieve):
    model = clip.create(architecture)
    torch.save(model, tmp_path / "whole.pt")
    with pytest.raises(SystemExit, match=r"whole\.pt holds objects of Python code \(open_clip\.model\.CLIP\)"):
        retrieve(tmp_path / "whole.pt", architecture)
    torch.save(model.state_dict(), tmp_path / "run.pt")
    (tmp_path / "cut.pt").write_bytes((tmp_path / "run.pt").read_bytes()[:50_000])
    with pytest.raises(SystemExit, match=r"cut\.pt is no whole checkpoint .* fetch or save it again"):
        retrieve(tmp_path / "cut.pt", architecture)

"""Checkpoints of other training codes, as the state of an open_clip model: small adapters, strict loading."""

import argparse
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import safetensors.torch
import torch

State = dict[str, torch.Tensor]
# What SLIP's checkpoints hold beside their tensors: arguments of the run, and its best accuracy.
SCALAR = np._core.multiarray.scalar
OLD_SCALAR = (SCALAR, "numpy.core.multiarray.scalar")  # its name when they were written
PLAIN = [argparse.Namespace, np.dtype, np.dtypes.Float64DType, SCALAR, OLD_SCALAR]
BOOKKEEPING = ("input_resolution", "context_length", "vocab_size")  # numbers that OpenAI keeps among the weights


def load(path: Path) -> dict:
    """What a file holds: safetensors, a pickle of plain data and tensors, or an OpenAI archive (TorchScript)."""
    if path.suffix == ".safetensors":
        return safetensors.torch.load_file(path)
    try:
        with torch.serialization.safe_globals(PLAIN):
            return torch.load(path, map_location="cpu", weights_only=True)
    except RuntimeError:
        return torch.jit.load(path, map_location="cpu").state_dict()


def read_state(path: Path) -> State:
    """Tensors of a checkpoint by name, out of its training bookkeeping and without the prefix of parallel training."""
    try:
        content = load(path)
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError, safetensors.SafetensorError) as error:
        raise ValueError(f"{path} is no whole checkpoint ({str(error).splitlines()[0]}); fetch it again") from error
    state = content.get("state_dict", content.get("model", content))
    return {name.removeprefix("module."): value for name, value in state.items() if isinstance(value, torch.Tensor)}


def from_openai(state: State) -> State:
    """OpenAI's layout, which CyCLIP shares: open_clip's own names, and a few numbers that are no weights."""
    return {name: value for name, value in state.items() if name not in BOOKKEEPING}


def from_slip(state: State) -> State:
    """SLIP's layout, which SynthCLIP shares: a timm image trunk, and projections as bare matrices.

    SLIP's second head (image_mlp) serves its self-supervised loss only and is left out.
    """
    renamed = {}
    for name, value in state.items():
        if name == "image_projection":
            renamed["visual.head.proj.weight"] = value.T.contiguous()
        elif name.startswith("visual."):
            renamed[f"visual.trunk.{name.removeprefix('visual.')}"] = value
        elif not name.startswith("image_mlp."):
            renamed[name] = value
    return renamed


FORMATS: dict[str, Callable[[State], State]] = {"open_clip": dict, "openai": from_openai, "slip": from_slip}


def fit_into(model: torch.nn.Module, state: State, where: str) -> None:
    """Load a state strictly: every weight of the model is there, in its shape, and nothing else is."""
    own = model.state_dict()
    missing, foreign = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys())
    shapes = sorted(name for name in own.keys() & state.keys() if own[name].shape != state[name].shape)
    for names, what in ((missing, "lacks"), (foreign, "has, beyond the model,"), (shapes, "has in another shape")):
        if names:
            raise ValueError(
                f"{where}: the checkpoint {what} {len(names)} weights, the first {names[0]}; "
                "check architecture and format of the model's row"
            )
    model.load_state_dict(state)

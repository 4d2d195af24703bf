"""Checkpoints of other training codes, as the state of an open_clip model: small adapters, strict loading."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import torch

from concept_freq.models.archives import load

State = dict[str, torch.Tensor]
BOOKKEEPING = ("input_resolution", "context_length", "vocab_size")  # numbers that OpenAI keeps among the weights
# Parallel training, trainers and compilers put modules around the model, whose names stand before those of its weights.
AROUND = re.compile(r"^(?:(?:module|model|_orig_mod|_forward_module|_fsdp_wrapped_module)\.)+")
FOLLOWS = re.compile(r"ema|avg|average|optim", re.IGNORECASE)  # places of what follows the weights: averages, momenta
BETWEEN = re.compile(r"(?<=\.)(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.")


def states(content: Mapping, place: str = "") -> Iterator[tuple[str, State]]:
    """Every set of tensors by name that a checkpoint holds, however nested, and where."""
    tensors = {name: value for name, value in content.items() if isinstance(value, torch.Tensor)}
    if tensors and all(isinstance(name, str) for name in tensors):
        yield place, tensors
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from states(value, f"{place}.{name}" if place else str(name))


def weights_in(content: Mapping, path: Path) -> State:
    """The model's weights: the largest set of tensors, of those that training itself moved where these are whole."""
    found = dict(states(content))
    if not found:
        raise ValueError(f"{path} holds no weights; its keys are {', '.join(map(str, content)) or 'none'}")
    trained = {place: state for place, state in found.items() if not FOLLOWS.search(place)}
    most = max(map(len, found.values()))
    whole = trained if max(map(len, trained.values()), default=0) > most / 2 else found
    first, *others = sorted(whole, key=lambda place: -len(whole[place]))
    if others and len(whole[others[0]]) == len(whole[first]):
        raise ValueError(f"{path} holds weights of one size in {first!r} and {others[0]!r}; keep one of them")
    left = [place for place, state in found.items() if place != first and len(state) > most / 2]
    if left:
        print(f"{path}: took the weights in {first!r}, not those in {', '.join(map(repr, left))}", file=sys.stderr)
    return found[first]


def read_state(path: Path) -> State:
    """Weights of a checkpoint by the names that the model gives them, out of nests and modules around the model."""
    weights = weights_in(load(path), path)
    state = {BETWEEN.sub("", AROUND.sub("", name)): value for name, value in weights.items()}
    if len(state) < len(weights):
        raise ValueError(f"{path} holds weights of several models, which differ by the prefix of their names; keep one")
    return state


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


def as_open_clip(model: torch.nn.Module, state: State) -> State:
    """open_clip's own layout as this model has it: MobileCLIP's names, and a text tower that stands apart or not."""
    import open_clip  # takes seconds, and other layouts are read without

    state = open_clip.convert.convert_state_dict(model, state)
    if "positional_embedding" in state and not hasattr(model, "positional_embedding"):
        state = open_clip.model.convert_to_custom_text_state_dict(state)
    return state


def load_into(model: torch.nn.Module, path: Path, where: str, layout: str = "open_clip") -> None:
    """Load a checkpoint of one of FORMATS into an open_clip model, strictly."""
    state = FORMATS[layout](read_state(path))
    fit_into(model, as_open_clip(model, state) if layout == "open_clip" else state, where)


def hint(missing: list[str], foreign: list[str]) -> str:
    """What to do about weights of other names."""
    if set(BOOKKEEPING) & set(foreign):
        return "it is in OpenAI's layout: set the format of the model's row to openai"
    if missing and (prefixed := next((name for name in foreign if name.endswith(f".{missing[0]}")), "")):
        prefix = prefixed.removesuffix(missing[0])
        return f"its names begin with {prefix!r}: save the weights without it"
    return "check architecture and format of the model's row"


def fit_into(model: torch.nn.Module, state: State, where: str) -> None:
    """Load a state strictly: every weight of the model is there, in its shape, and nothing else is."""
    own = model.state_dict()
    scalars = {name for name in own.keys() & state.keys() if own[name].numel() == state[name].numel() == 1}
    state = {name: value.reshape(own[name].shape) if name in scalars else value for name, value in state.items()}
    missing, foreign = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys())
    shapes = sorted(name for name in own.keys() & state.keys() if own[name].shape != state[name].shape)
    for names, what in ((missing, "lacks"), (foreign, "has, beyond the model,"), (shapes, "has in another shape")):
        if names:
            raise ValueError(
                f"{where}: the checkpoint {what} {len(names)} weights, the first {names[0]}; {hint(missing, foreign)}"
            )
    model.load_state_dict(state)

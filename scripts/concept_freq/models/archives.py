"""What a file of weights holds, read without running code from it; a file that cannot be read is named with its cause.

The first bytes tell what a file is, not its name: training codes name safetensors ``.bin``, pickles ``.safetensors``.
"""

import argparse
import datetime
import pathlib
import pickle
import re
import types
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import safetensors.torch
import torch

# Beside tensors, training codes save arguments of the run, paths, dates and numpy's numbers: plain data, safe to load.
NUMBERS = [
    dtype for dtype in vars(np.dtypes).values() if issubclass(getattr(dtype, "type", str), (np.number, np.bool_))
]
RENAMED = [  # the same under names of other versions of numpy and Python
    (np._core.multiarray.scalar, "numpy.core.multiarray.scalar"),
    (np._core.multiarray._reconstruct, "numpy.core.multiarray._reconstruct"),
    (pathlib.PosixPath, "pathlib._local.PosixPath"),
    (pathlib.PureWindowsPath, "pathlib.WindowsPath"),
    (pathlib.PureWindowsPath, "pathlib._local.WindowsPath"),
]
PLAIN = [
    *(np.dtype, np.ndarray, np._core.multiarray.scalar, np._core.multiarray._reconstruct, *NUMBERS),
    *(argparse.Namespace, types.SimpleNamespace),
    *(pathlib.PosixPath, pathlib.PurePosixPath, pathlib.PureWindowsPath),
    *(datetime.datetime, datetime.date, datetime.timedelta),
    *RENAMED,
]
NO_WEIGHTS = {  # first bytes of what a download may leave in place of weights
    b"version https://git-lfs": "a Git LFS pointer, not the file behind it; fetch that with `git lfs pull`",
    b"<": "a web page; fetch the file itself",
}
TORCH_MAGIC = (0x1950A86A20F9469CFC6C).to_bytes(10, "little")  # near the start of what torch saved before its zips
FOREIGN = re.compile(r"GLOBAL (\S+)")


def is_safetensors(path: Path) -> bool:
    """Whether a file begins as safetensors do: the length of a JSON header, and its brace."""
    with path.open("rb") as file:
        head = file.read(9)
    return len(head) == 9 and head[8:] == b"{" and int.from_bytes(head[:8], "little") < path.stat().st_size


def members_of(path: Path) -> list[str]:
    """Names in a zip archive; none where a file is no zip."""
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def load_script(path: Path) -> dict[str, torch.Tensor]:
    """Weights of a TorchScript archive, which is how OpenAI publishes CLIP."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`torch.jit.load` is deprecated")  # nothing else reads these archives
        return torch.jit.load(path, map_location="cpu").state_dict()


def load_pickle(path: Path, zipped: bool) -> object:
    """Tensors and plain data that torch saved; a zip's tensors stay on disk until they are used."""
    mapped = zipped and path.suffix != ".safetensors"  # torch believes that name, but not of an open file
    try:
        with path.open("rb") as file, torch.serialization.safe_globals(PLAIN), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Detected pickle protocol", UserWarning)
            return torch.load(path if mapped else file, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        foreign = FOREIGN.search(str(error))
        if not foreign and not zipped:  # a zip is whole where its directory, which stands at its end, is there
            raise
        what = f" ({foreign[1]})" if foreign else ""
        raise ValueError(
            f"{path} holds objects of Python code{what}, a whole model or a trainer's state, which cannot be loaded "
            "safely; save the weights alone: torch.save(model.state_dict(), PATH)"
        ) from None


def refuse_others(path: Path, members: list[str]) -> None:
    """Raise ValueError for what is known and is no checkpoint of PyTorch; ``members`` are those of a zip."""
    with path.open("rb") as file:
        head = file.read(64).lstrip()
    for start, what in NO_WEIGHTS.items():
        if head.startswith(start):
            raise ValueError(f"{path} is no whole checkpoint: it is {what}")
    if head.startswith(b"\x80") and TORCH_MAGIC not in head:
        raise ValueError(f"{path} is a pickle that torch.save did not write; write it anew with torch.save")
    if any(name.endswith(".npy") for name in members):
        raise ValueError(f"{path} is an archive of numpy arrays; convert it to a checkpoint of PyTorch")


def load(path: Path) -> Mapping:
    """What a file of weights holds; ValueError says what is wrong with the file and what to do."""
    size = path.stat().st_size
    try:
        if is_safetensors(path):
            return safetensors.torch.load_file(path)
        members = members_of(path)
        refuse_others(path, members)
        script = any(name.endswith("/constants.pkl") for name in members)
        content = load_script(path) if script else load_pickle(path, bool(members))
    except ValueError:
        raise
    except Exception as error:  # an unpickler raises anything of bytes that are no pickle, and advises to trust them
        known = isinstance(error, (OSError, EOFError, RuntimeError, safetensors.SafetensorError))
        reason = (str(error).splitlines() or [type(error).__name__])[0] if known else "not what torch.save writes"
        raise ValueError(f"{path} is no whole checkpoint ({size:,} bytes; {reason}); fetch or save it again") from error
    if not isinstance(content, Mapping):
        raise ValueError(f"{path} holds {type(content).__name__}, not weights by name; save model.state_dict() there")
    return content

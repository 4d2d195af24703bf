"""Bring a published model here: fetch its checkpoint, translate it to open_clip's names, and load it once, strictly.

What comes out is the same for every source: weights as safetensors, and the recipe by which pictures are prepared.
Sources: open_clip:TAG, hf:REPOSITORY (in open_clip's layout) or hf:REPOSITORY/FILE, https://…, or a local file.
"""

import argparse
import contextlib
import dataclasses
import os
import shutil
import sys
import urllib.request
from pathlib import Path

import open_clip
import safetensors.torch
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import RemoteEntryNotFoundError

from concept_freq.io.digests import sha256_of
from concept_freq.io.tables import atomic_path
from concept_freq.models import clip
from concept_freq.models.checkpoints import FORMATS, load_into
from concept_freq.models.origin import HUB_CONFIG, Origin, check_activation, preparation
from concept_freq.models.preprocessing import NAMES, write_recipe

UNREACHABLE = (OSError, RuntimeError, ValueError)


def download(address: str, folder: Path) -> Path:
    """The file behind an address, kept in ``folder`` under its own name."""
    path = folder / Path(address).name
    if not path.exists():
        with atomic_path(path) as temporary, urllib.request.urlopen(address) as reply, temporary.open("wb") as file:
            shutil.copyfileobj(reply, file, 1 << 20)
    return path


def locate(source: str, architecture: str, folder: Path) -> Path:
    """The checkpoint's file on this machine; fetched where the source is not a local file."""
    kind, _, name = source.partition(":")
    if kind == "open_clip":
        settings = open_clip.get_pretrained_cfg(architecture, name)
        if not settings:
            known = ", ".join(open_clip.list_pretrained_tags_by_model(architecture)) or "none"
            raise ValueError(f"open_clip has no weights {name!r} for {architecture}; it has {known}")
        return Path(open_clip.download_pretrained(settings, cache_dir=str(folder)))
    if kind == "hf":
        owner, repository, *file = name.split("/", 2)
        wanted = file[0] if file else "open_clip_pytorch_model.bin"
        with contextlib.suppress(RemoteEntryNotFoundError):  # the config is read beside the weights; not all have one
            hf_hub_download(f"{owner}/{repository}", HUB_CONFIG, cache_dir=str(folder))
        return Path(hf_hub_download(f"{owner}/{repository}", wanted, cache_dir=str(folder)))
    if "://" in source:
        return download(source, folder)
    if not Path(source).exists():
        raise ValueError("no such file; fetch the checkpoint and put it there, the model's row says from whom")
    return Path(source)


def check_sha256(path: Path, expected: str) -> None:
    """Raise ValueError where a file is not the one that the registry names."""
    if expected and (found := sha256_of([path])) != expected:
        raise ValueError(f"{path}: sha256 is {found}, the model's row expects {expected}; fetch it again")


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", required=True, help="open_clip's name, or a model config (.json)")
    parser.add_argument("--source", required=True)
    parser.add_argument("--format", choices=FORMATS, default="open_clip")
    parser.add_argument("--preprocessing", choices=NAMES, help="else the weights' own")
    parser.add_argument("--sha256", default="", help="of the checkpoint")
    parser.add_argument("--cache", type=Path, required=True, help="folder that keeps what was fetched")
    parser.add_argument("--recipe", type=Path, required=True, help="how pictures are prepared (out, .json)")
    parser.add_argument("--out", type=Path, required=True, help="weights (.safetensors)")
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # logs are no terminals
    try:
        clip.register(args.architecture)
        origin = Origin(args.source, args.architecture, args.format, Path(args.source))
        check_activation(origin)  # by what is known before anything is fetched
        path = locate(args.source, args.architecture, args.cache)
        check_sha256(path, args.sha256)
        origin = dataclasses.replace(origin, path=path)
        check_activation(origin)
        settings, why = preparation(origin, args.preprocessing or "")
        model = clip.create(args.architecture)
        load_into(model, path, f"{path.name} for {args.architecture}", args.format)
    except UNREACHABLE as error:
        sys.exit(str(error) if str(error).startswith(args.source) else f"{args.source}: {error}")
    with atomic_path(args.recipe) as temporary:
        write_recipe(settings, temporary)
    with atomic_path(args.out) as temporary:
        weights = {name: value.contiguous().clone() for name, value in model.state_dict().items()}
        safetensors.torch.save_file(weights, temporary)
    print(f"{args.source}: {sum(p.numel() for p in model.parameters()):,} parameters; pictures are prepared {why}")


if __name__ == "__main__":
    main()

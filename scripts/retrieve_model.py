"""Bring a published model here: fetch its checkpoint, translate it to open_clip's names, and load it once, strictly.

What comes out is the same for every source: weights as safetensors, and the recipe by which pictures are prepared.
Sources: open_clip:TAG, hf:OWNER/NAME[@REVISION][/FILE] (without a file in open_clip's layout), https://…, or a local
file.
"""

import argparse
import contextlib
import dataclasses
import hashlib
import os
import re
import sys
from pathlib import Path
from urllib.parse import unquote

import open_clip
import safetensors.torch
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import RemoteEntryNotFoundError

from concept_freq.io.atomic import atomic_path
from concept_freq.io.digests import sha256_of
from concept_freq.models import clip
from concept_freq.models.checkpoints import FORMATS, load_into
from concept_freq.models.origin import HUB_CONFIG, Origin, check_activation, preparation
from concept_freq.models.preprocessing import NAMES, write_recipe
from concept_freq.shards.fetch import fetch
from concept_freq.shards.manifests import Shard
from concept_freq.shards.remote import shown

UNREACHABLE = (OSError, RuntimeError, ValueError)
HUB = re.compile(r"(?P<repository>[^/@]+/[^/@]+)(@(?P<revision>[^/]+))?(/(?P<file>.+))?")


def download(address: str, sha256: str, folder: Path) -> Path:
    """The file behind an address, kept in a folder of its own below ``folder``: other addresses may end alike."""
    file = Shard(address, None, sha256 or None)
    path = folder / hashlib.sha256(shown(address).encode()).hexdigest()[:16] / file.name
    if path.exists() and sha256 not in ("", sha256_of([path])):
        path.unlink()
    if not path.exists():
        fetch(file, path)
    return path


def from_hub(name: str, folder: Path) -> Path:
    """A file of a model on the Hugging Face hub, at a revision where one is named."""
    if not (parts := HUB.fullmatch(name)):
        raise ValueError("is no hf:OWNER/NAME[@REVISION][/FILE]")
    revision = unquote(parts["revision"] or "main")  # refs%2Fpr%2F1
    wanted = parts["file"] or "open_clip_pytorch_model.bin"
    place = {"repo_id": parts["repository"], "revision": revision, "cache_dir": str(folder)}
    with contextlib.suppress(RemoteEntryNotFoundError):  # the config is read beside the weights; not all have one
        hf_hub_download(filename=HUB_CONFIG, **place)
    return Path(hf_hub_download(filename=wanted, **place))


def from_open_clip(architecture: str, tag: str, sha256: str, folder: Path) -> Path:
    """Weights that open_clip knows by a tag: from the hub by its own means, else from their address."""
    settings = open_clip.get_pretrained_cfg(architecture, tag)
    if not settings:
        known = ", ".join(open_clip.list_pretrained_tags_by_model(architecture)) or "none"
        raise ValueError(f"open_clip has no weights {tag!r} for {architecture}; it has {known}")
    if settings.get("hf_hub") or not settings.get("url"):
        return Path(open_clip.download_pretrained(settings, cache_dir=str(folder)))
    return download(settings["url"], sha256, folder)


def locate(source: str, architecture: str, sha256: str, folder: Path) -> Path:
    """The checkpoint's file on this machine; fetched where the source is not a local file."""
    kind, _, name = source.partition(":")
    if kind == "open_clip":
        return from_open_clip(architecture, name, sha256, folder)
    if kind == "hf":
        return from_hub(name, folder)
    if "://" in source:
        return download(source, sha256, folder)
    if not Path(source).exists():
        raise ValueError("no such file; fetch the checkpoint and put it there, the model's row says from whom")
    return Path(source)


def check_sha256(path: Path, expected: str) -> None:
    """Raise ValueError where a file is not the one that the registry names; warn where it names none."""
    found = sha256_of([path])
    if not expected:
        print(f"warning: {path} is pinned by nothing; sha256 of its model's row: {found}", file=sys.stderr)
    elif found != expected:
        raise ValueError(f"{path}: sha256 is {found}, the model's row expects {expected}; delete {path} or correct it")


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
        path = locate(args.source, args.architecture, args.sha256, args.cache)
        check_sha256(path, args.sha256)
        origin = dataclasses.replace(origin, path=path)
        check_activation(origin)
        settings, why = preparation(origin, args.preprocessing or "")
        model = clip.create(args.architecture)
        load_into(model, path, f"{path.name} for {args.architecture}", args.format)
    except UNREACHABLE as error:
        source = shown(args.source)
        sys.exit(str(error) if str(error).startswith(source) else f"{source}: {error}")
    with atomic_path(args.recipe) as temporary:
        write_recipe(settings, temporary)
    with atomic_path(args.out) as temporary:
        weights = {name: value.contiguous().clone() for name, value in model.state_dict().items()}
        safetensors.torch.save_file(weights, temporary)
    print(
        f"{shown(args.source)}: {sum(p.numel() for p in model.parameters()):,} parameters; pictures are prepared {why}"
    )


if __name__ == "__main__":
    main()

"""Embed the pictures of shards, in their order and in full batches."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from torch.nn import functional

from concept_freq.models import clip, devices
from concept_freq.models.preprocessing import recipe
from concept_freq.shards.batches import Batch, Pictures, stream
from concept_freq.shards.tar import Skips, listed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a program that embeds pictures: what, by which model, how; ``--skipped`` is an output."""
    parser.add_argument("--shards", type=Path, nargs="+", required=True, help="files, or folders of them")
    parser.add_argument("--architecture", required=True, help="open_clip's name, or a model config (.json)")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--preprocessing", required=True, help="a recipe's name, or its file")
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16", "fp16"), default="auto")
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--workers", type=int, default=0, help="processes that decode; 0: decode between batches")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--skipped", type=Path, required=True, help="pictures that cannot be decoded (out)")


def prepare(args: argparse.Namespace, step: str) -> tuple[torch.nn.Module, Pictures]:
    """The model of these options on its device, and the pictures as it looks at them; skips are those of ``step``."""
    torch.set_num_threads(args.threads)
    try:
        model = clip.create(args.architecture, args.checkpoint).eval().to(devices.pick())
        as_input = recipe(args.preprocessing, clip.image_side(args.architecture))
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    return model, Pictures(listed(args.shards), as_input, args.batch_size, step)


@torch.no_grad()
def embed_batches(
    model: torch.nn.Module, pictures: Pictures, precision: str = "fp32", workers: int = 0
) -> Iterator[tuple[Batch, torch.Tensor | None]]:
    """Every batch with the unit embeddings of its readable pictures, float32 (readable, dim); None without any."""
    where = next(model.parameters()).device
    for batch in stream(pictures, workers, pinned=where.type == "cuda"):
        if not batch.readable:
            yield batch, None
            continue
        with clip.autocast(precision, where):
            features = model.encode_image(batch.images.to(where, non_blocking=True))
        yield batch, functional.normalize(features.float(), dim=-1).cpu()


def embed_pictures(
    model: torch.nn.Module, pictures: Pictures, precision: str = "fp32", workers: int = 0
) -> tuple[torch.Tensor, Skips]:
    """Unit embeddings, float32 (n, dim), in the order of the samples; nan where a picture cannot be decoded.

    The second value lists those pictures.
    """
    parts, skips = [], Skips(pictures.step)
    n, readable = 0, []
    for batch, embeddings in embed_batches(model, pictures, precision, workers):
        if embeddings is not None:
            parts.append(embeddings)
        readable += [n + i for i in batch.readable]
        n += len(batch.names)
        skips.rows += batch.skipped
    if not parts:
        raise ValueError(f"{pictures.shards[0].parent}: none of {n} pictures can be decoded")
    embedded = torch.full((n, parts[0].shape[1]), torch.nan)
    embedded[readable] = torch.cat(parts)
    return embedded, skips

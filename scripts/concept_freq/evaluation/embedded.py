"""What the programs that score a set by a model share: their options, the model, and the set's embedded pictures."""

import argparse
from pathlib import Path

import open_clip
import pandas as pd
import safetensors.torch
import torch

from concept_freq.io.parquet import read_frame
from concept_freq.models import clip, devices


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a program that scores an evaluation set by a model."""
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--embeddings", type=Path, required=True)
    parser.add_argument("--architecture", required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16", "fp16"), default="auto")
    parser.add_argument("--pretraining", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)


def scored(args: argparse.Namespace) -> dict[str, str]:
    """Columns that say whose scores they are."""
    return {"pretraining": args.pretraining, "model": args.model, "dataset": args.dataset}


def open_model(args: argparse.Namespace) -> tuple[torch.nn.Module, open_clip.SimpleTokenizer]:
    """The model of these options on its device, and its tokenizer."""
    torch.set_num_threads(args.threads)
    model = clip.create(args.architecture, args.checkpoint).eval().to(devices.pick())
    return model, clip.tokenizer(args.architecture)


def read_embedded(samples: Path, embeddings: Path) -> tuple[pd.DataFrame, torch.Tensor]:
    """Samples of a set and the embeddings of their pictures; raises ValueError where they are not the same set's."""
    table, images = read_frame(samples), safetensors.torch.load_file(embeddings)["embeddings"]
    if len(table) != len(images):
        raise ValueError(
            f"{embeddings}: {len(images)} pictures where {samples} lists {len(table)}; delete both and make them again"
        )
    return table, images

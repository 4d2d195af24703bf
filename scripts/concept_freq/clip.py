"""open_clip models as this workflow uses them: build, load, prepare pictures, embed pictures and texts."""

import json
import logging
import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import open_clip
import torch
from PIL import Image
from torch.nn import functional

MEAN, STD = (
    np.float32(open_clip.OPENAI_DATASET_MEAN) * 255,
    np.float32(open_clip.OPENAI_DATASET_STD) * 255,
)


def register(architecture: Path) -> str:
    """Make an architecture file (an open_clip model config) known to open_clip; returns its model name."""
    open_clip.add_model_config(architecture)
    return architecture.stem


def create(architecture: Path, checkpoint: Path | None = None) -> torch.nn.Module:
    """An open_clip model, with the weights of a checkpoint where one is given."""
    name = register(architecture)
    logging.disable(logging.WARNING)  # open_clip warns of random weights, which is what training starts from
    try:
        return open_clip.create_model(name, pretrained=str(checkpoint) if checkpoint else None)
    except RuntimeError as error:
        raise RuntimeError(f"{checkpoint} does not fit the architecture {architecture}: {error}") from error
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        raise RuntimeError(f"{checkpoint} is no whole checkpoint ({error}); delete it, and it is made again") from error
    finally:
        logging.disable(logging.NOTSET)


def tokenizer(architecture: Path) -> open_clip.SimpleTokenizer:
    """open_clip's tokenizer with the architecture's context length."""
    return open_clip.get_tokenizer(register(architecture))


def image_side(architecture: Path) -> int:
    """Side of the square pictures that the architecture looks at, pixels."""
    return json.loads(architecture.read_text())["vision_cfg"]["image_size"]


def shrink(image: Image.Image, side: int) -> np.ndarray:
    """A picture squeezed to a square of ``side`` pixels; uint8 (side, side, 3)."""
    return np.asarray(
        image.resize(
            (side, side),
            Image.Resampling.BOX if image.width >= side else Image.Resampling.BICUBIC,
        )
    )


def to_input(pixels: np.ndarray) -> torch.Tensor:
    """Normalise uint8 pictures (n, side, side, 3) with CLIP's mean and deviation to float32 (n, 3, side, side)."""
    return torch.from_numpy((pixels.astype(np.float32) - MEAN) / STD).permute(0, 3, 1, 2)


def batches(items: Iterable, size: int) -> Iterator[list]:
    """Lists of ``size`` items, the last one shorter."""
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


@torch.no_grad()
def embed_images(model: torch.nn.Module, pixels: np.ndarray, batch_size: int = 256) -> torch.Tensor:
    """Unit image embeddings (n, dim) of uint8 pictures (n, side, side, 3)."""
    parts = [pixels[i : i + batch_size] for i in range(0, len(pixels), batch_size)]
    return torch.cat([model.encode_image(to_input(part), normalize=True) for part in parts])


@torch.no_grad()
def embed_texts(
    model: torch.nn.Module,
    tokenize: open_clip.SimpleTokenizer,
    texts: list[str],
    batch_size: int = 512,
) -> torch.Tensor:
    """Unit text embeddings (n, dim)."""
    parts = batches(texts, batch_size)
    return torch.cat([model.encode_text(tokenize(part), normalize=True) for part in parts])


def classifier(
    model: torch.nn.Module,
    tokenize: open_clip.SimpleTokenizer,
    names: list[str],
    templates: list[str],
) -> torch.Tensor:
    """One unit vector per class, the mean of its prompts' unit embeddings (paper, section 3.1); (classes, dim)."""
    prompts = [template.replace("{}", name) for name in names for template in templates]
    embeddings = embed_texts(model, tokenize, prompts).view(len(names), len(templates), -1)
    return functional.normalize(embeddings.mean(dim=1), dim=-1)

"""open_clip models as this workflow uses them: build, load, embed texts, choose precision."""

import difflib
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import open_clip
import torch
from torch.nn import functional

from concept_freq.models.checkpoints import load_into


def register(architecture: str | Path) -> str:
    """An architecture's name in open_clip; a file (an open_clip model config) is made known to it first."""
    name, known = str(architecture), open_clip.list_models()
    if name.endswith(".json"):
        path, name = Path(architecture), Path(architecture).stem
        if not path.is_file():
            raise ValueError(f"{path}: no such model config; name one of open_clip's, or write the file")
        open_clip.add_model_config(path)
        if name not in open_clip.list_models():
            raise ValueError(f"{path}: is no model config of open_clip; it needs embed_dim, vision_cfg and text_cfg")
    elif name not in known:
        folded = {other.lower(): other for other in known}
        close = [folded[other] for other in difflib.get_close_matches(name.lower(), folded, n=5, cutoff=0.4)]
        raise ValueError(f"open_clip has no architecture {name!r}; close to it: {', '.join(close) or 'none'}")
    return name


def config_of(architecture: str | Path) -> dict:
    """open_clip's model config of an architecture."""
    return open_clip.get_model_config(register(architecture))


def create(architecture: str | Path, checkpoint: Path | None = None) -> torch.nn.Module:
    """An open_clip model, with the weights of a checkpoint where one is given; ValueError where they do not fit."""
    name = register(architecture)
    logging.disable(logging.WARNING)  # open_clip warns of random weights, which is what training starts from
    try:
        model = open_clip.create_model(name, pretrained_text=False)
    finally:
        logging.disable(logging.NOTSET)
    if checkpoint:
        load_into(model, checkpoint, f"{checkpoint} for {architecture}")
    return model


def tokenizer(architecture: str | Path) -> open_clip.SimpleTokenizer:
    """open_clip's tokenizer with the architecture's context length."""
    return open_clip.get_tokenizer(register(architecture))


def image_side(architecture: str | Path) -> int:
    """Side of the square pictures that the architecture looks at, pixels."""
    return config_of(architecture)["vision_cfg"]["image_size"]


def width(architecture: str | Path) -> int:
    """Numbers in an embedding of the architecture."""
    return config_of(architecture)["embed_dim"]


def dtype_of(precision: str, where: torch.device) -> torch.dtype:
    """Numbers that a model computes with: ``auto`` is fp16 on a GPU and fp32 on a CPU; else fp32, bf16 or fp16."""
    if precision == "auto":
        precision = "fp16" if where.type == "cuda" else "fp32"
    return {"fp16": torch.float16, "bf16": torch.bfloat16, "fp32": torch.float32}[precision]


def autocast(precision: str, where: torch.device) -> torch.autocast:
    """Mixed precision, as dtype_of says."""
    half = dtype_of(precision, where) if dtype_of(precision, where) != torch.float32 else None
    return torch.autocast(where.type, dtype=half, enabled=half is not None)


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
def embed_texts(
    model: torch.nn.Module,
    tokenize: open_clip.SimpleTokenizer,
    texts: list[str],
    batch_size: int = 512,
    precision: str = "fp32",
) -> torch.Tensor:
    """Unit text embeddings, float32 (n, dim), on the CPU."""
    where = next(model.parameters()).device
    parts = []
    for part in batches(texts, batch_size):
        with autocast(precision, where):
            features = model.encode_text(tokenize(part).to(where))
        parts.append(functional.normalize(features.float(), dim=-1).cpu())
    return torch.cat(parts)


def classifier(
    model: torch.nn.Module,
    tokenize: open_clip.SimpleTokenizer,
    names: list[str],
    templates: list[str],
    precision: str = "fp32",
) -> torch.Tensor:
    """One unit vector per class, the mean of its prompts' unit embeddings (paper, section 3.1); (classes, dim)."""
    prompts = [template.replace("{}", name) for name in names for template in templates]
    embeddings = embed_texts(model, tokenize, prompts, precision=precision).view(len(names), len(templates), -1)
    return functional.normalize(embeddings.mean(dim=1), dim=-1)

"""open_clip models as this workflow uses them: build, load, embed texts, choose precision."""

import logging
import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path

import open_clip
import torch
from torch.nn import functional


def register(architecture: str | Path) -> str:
    """An architecture's name in open_clip; a file (an open_clip model config) is made known to it first."""
    if not str(architecture).endswith(".json"):
        return str(architecture)
    open_clip.add_model_config(Path(architecture))
    return Path(architecture).stem


def create(architecture: str | Path, checkpoint: Path | None = None) -> torch.nn.Module:
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


def tokenizer(architecture: str | Path) -> open_clip.SimpleTokenizer:
    """open_clip's tokenizer with the architecture's context length."""
    return open_clip.get_tokenizer(register(architecture))


def image_side(architecture: str | Path) -> int:
    """Side of the square pictures that the architecture looks at, pixels."""
    return open_clip.get_model_config(register(architecture))["vision_cfg"]["image_size"]


def width(architecture: str | Path) -> int:
    """Numbers in an embedding of the architecture."""
    return open_clip.get_model_config(register(architecture))["embed_dim"]


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

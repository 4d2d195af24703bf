"""What the tagging benchmarks share: RAM++ with random weights, the straightforward path, made pictures, timing.

Weights and pictures cost what real ones cost. The straightforward path is timm's Swin and the same head, eager, labels
reweighed image by image in a Python loop, all probabilities kept; on a GPU under autocast.
"""

import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from concept_freq.shards.tar import add_member, shard_writer
from concept_freq.tags import ram_plus
from concept_freq.tags.ram_plus import OFFICIAL, RamPlus
from concept_freq.tags.swin import WindowAttention

# operations of one image (multiply and add are two): backbone; head per tag, labels precomputed
BACKBONE_FLOP, HEAD_FLOP = 208.1e9, 94.3e9 / 4029
SMALL = {"image_size": 96, "window_size": 6, "embed_dim": 32, "depths": [2, 2, 2, 2], "num_heads": [1, 2, 4, 8]}
TAGGED = 0.01  # share of tags above 0.5 in a picture: 40 of 4,029, the order of what trained weights give


def jpeg(rng: np.random.Generator, side: int = 512) -> bytes:
    """A picture of web size and detail, about 150 kB: coloured noise whose amplitude falls with frequency."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    frequency[0, 0] = np.inf
    waves = rng.normal(size=(3, *frequency.shape)) + 1j * rng.normal(size=(3, *frequency.shape))
    planes = np.fft.irfft2(waves / frequency**1.1, (side, side))
    pixels = 128 + 50 * planes / planes.std(axis=(1, 2), keepdims=True)
    file = io.BytesIO()
    picture = Image.fromarray(pixels.clip(0, 255).astype(np.uint8).transpose(1, 2, 0).copy())
    picture.save(file, "jpeg", quality=90)
    return file.getvalue()


def made_pixels(n: int, side: int) -> Tensor:
    """The first pictures, decoded and resized; uint8 (n, side, side, 3)."""
    rng = np.random.default_rng(0)
    return torch.from_numpy(np.stack([ram_plus.resize(Image.open(io.BytesIO(jpeg(rng))), side) for _ in range(n)]))


def write_shards(folder: Path, images: int, shards: int = 2) -> list[Path]:
    """Write pictures into shards, as many into each."""
    rng, paths = np.random.default_rng(0), [folder / f"{n:05d}.tar" for n in range(shards)]
    pictures = [jpeg(rng) for _ in range(16)]
    for n, path in enumerate(paths):
        with shard_writer(path) as tar:
            for i in range(images // shards):
                add_member(tar, f"{n:04d}{i:05d}.jpg", pictures[i % len(pictures)])
    return paths


def seconds(work: Callable[[], object], device: torch.device, repeats: int = 3) -> float:
    """Shortest wall time of a call, after one that warms up."""
    best = float("inf")
    for turn in range(repeats + 1):
        start = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - start) if turn else best
    return best


def matmul_rate(device: torch.device, dtype: torch.dtype) -> float:
    """Operations per second of one large matrix product: what the device can do."""
    n = 8192 if device.type == "cuda" else 2048
    a, b = (torch.randn(n, n, device=device, dtype=dtype) for _ in range(2))
    return 2 * n**3 / seconds(lambda: a @ b, device, 10 if device.type == "cuda" else 3)


def library_backbone(config: dict) -> torch.nn.Module:
    """Swin as timm has it, of the same size; random weights."""
    from timm.models.swin_transformer import SwinTransformer  # seconds that a job without it should not wait

    sizes = {key: config[key] for key in ("patch_size", "window_size", "embed_dim", "depths", "num_heads")}
    return SwinTransformer(img_size=config["image_size"], num_classes=0, **sizes).eval().requires_grad_(False)


@torch.no_grad()
def straightforward(
    model: RamPlus, backbone: torch.nn.Module, labels: Tensor, images: Tensor, dtype: torch.dtype
) -> np.ndarray:
    """The published way: a library's backbone, autocast, a loop over images for the labels, dense output."""
    with torch.autocast(images.device.type, dtype=dtype, enabled=dtype != torch.float32):
        patches = backbone.forward_features(images).flatten(1, 2)
        memory = model.image_proj(torch.cat([patches.mean(dim=1, keepdim=True), patches], dim=1))
        reweighed = []
        for image in memory[:, 0]:
            unit = image / image.norm()
            weights = (model.reweight_scale.exp() * (labels @ unit)).softmax(dim=1)
            reweighed.append((weights[..., None] * labels).sum(dim=1))
        tags, query = functional.relu(model.wordvec_proj(torch.stack(reweighed))), None
        for layer in model.head:
            tags, query = layer(tags, memory, query), None
        logits = model.fc(tags).squeeze(-1)
    return torch.sigmoid(logits.float()).half().cpu().numpy()


def random_labels(tags: int, descriptions: int) -> Tensor:
    """Unit rows (tags, descriptions, 512) of no meaning; one description each is mode ``mean``."""
    generator = torch.Generator().manual_seed(1)
    return functional.normalize(torch.randn(tags, descriptions, OFFICIAL["label_width"], generator=generator), dim=-1)


@torch.no_grad()
def network(small: bool, labels: Tensor) -> RamPlus:
    """RAM++ with random weights, the same ones every time, that give few of the tags to a picture."""
    torch.manual_seed(0)
    model = RamPlus({**OFFICIAL, **(SMALL if small else {})})
    for module in model.modules():
        if isinstance(module, WindowAttention):
            module.relative_position_bias_table.normal_()
    model.wordvec_proj.weight *= 20  # so large that logits tell tags and pictures apart
    for layer in model.head:
        layer.key.weight *= 4
        layer.value.weight *= 4
    model.fc.weight *= 8
    model.prepare(labels[:, 0] if labels.shape[1] == 1 else labels)
    logits = model(ram_plus.normalise(made_pixels(2, model.config["image_size"])))
    model.fc.bias -= round(logits.flatten().quantile(1 - TAGGED).item(), 1)  # as far as any number of threads agrees
    return model

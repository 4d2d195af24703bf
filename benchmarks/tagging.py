"""Benchmark RAM++ tagging: images per second, and the share of what the device's matrix units can do, in one run.

    PYTHONPATH=scripts python benchmarks/tagging.py [--images 512] [--tags 4029] [--mode mean]

Weights and pictures are made here; they cost what real ones cost. Our path (labels precomputed, weights in half
precision, compiled where --compile is given, sparse output) stands against the straightforward one: timm's Swin and the
same head, eager, labels reweighed image by image in a Python loop, all probabilities kept; on a GPU under autocast, on
a CPU as published, in single precision, and beside it under autocast. Backbone and head are timed apart, decoding
alone, and everything together from tars. Half precision of a CPU is bf16 where it multiplies that faster.
"""

import argparse
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from timm.models.swin_transformer import SwinTransformer
from torch.nn import functional

from concept_freq.models import devices
from concept_freq.shards.batches import Pictures, stream
from concept_freq.shards.tar import add_member, shard_writer
from concept_freq.tags import ram_plus
from concept_freq.tags.ram_plus import OFFICIAL, RamPlus
from concept_freq.tags.taggers import Tagger
from concept_freq.tags.tagging import Parts, tag

LEAST = {"cuda": {"rate": 800, "ratio": 2.5}, "cpu": {"ratio": 2.0}}
# operations of one image (multiply and add are two): backbone; head per tag, labels precomputed
BACKBONE_FLOP, HEAD_FLOP = 208.1e9, 94.3e9 / 4029
SMALL = {"image_size": 192, "window_size": 6, "embed_dim": 96, "depths": [2, 2, 6, 2], "num_heads": [3, 6, 12, 24]}


def jpeg(rng: np.random.Generator, side: int = 512) -> bytes:
    """A picture of web size."""
    file = io.BytesIO()
    blocks = Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8))
    blocks.resize((side, side), Image.Resampling.BICUBIC).save(file, "jpeg", quality=90)
    return file.getvalue()


def write_shards(folder: Path, images: int) -> list[Path]:
    """Write pictures into two shards."""
    rng, paths = np.random.default_rng(0), [folder / "00000.tar", folder / "00001.tar"]
    pictures = [jpeg(rng) for _ in range(16)]
    for n, path in enumerate(paths):
        with shard_writer(path) as tar:
            for i in range(images // 2):
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
    return 2 * n**3 / seconds(lambda: a @ b, device)


def library_backbone(config: dict) -> torch.nn.Module:
    """Swin as timm has it, of the same size; random weights."""
    sizes = {key: config[key] for key in ("patch_size", "window_size", "embed_dim", "depths", "num_heads")}
    return SwinTransformer(img_size=config["image_size"], num_classes=0, **sizes).eval().requires_grad_(False)


@torch.no_grad()
def straightforward(
    model: RamPlus, backbone: torch.nn.Module, labels: torch.Tensor, images: torch.Tensor, dtype: torch.dtype
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


def half_of(device: torch.device) -> torch.dtype:
    """Half precision of a GPU; of a CPU bf16 where that is faster."""
    if device.type == "cuda":
        return torch.float16
    rates = {dtype: matmul_rate(device, dtype) for dtype in (torch.float32, torch.bfloat16)}
    return max(rates, key=rates.get)


def network(options, device: torch.device) -> tuple[RamPlus, torch.Tensor]:
    """RAM++ with random weights, and its labels (tags, descriptions, 512)."""
    torch.manual_seed(0)
    model = RamPlus({**OFFICIAL, **(SMALL if options.small else {})})
    descriptions = 1 if options.mode == "mean" else options.descriptions
    labels = functional.normalize(torch.randn(options.tags, descriptions, model.config["label_width"]), dim=-1)
    return model.prepare(labels[:, 0] if options.mode == "mean" else labels).to(device), labels.to(device)


@torch.no_grad()
def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, help="512 on a GPU, 8 on a CPU")
    parser.add_argument("--tags", type=int, default=4029)
    parser.add_argument("--mode", choices=("mean", "reweight"), default="mean")
    parser.add_argument("--descriptions", type=int, default=51, help="per tag, in mode reweight")
    parser.add_argument("--batch-size", type=int, help="128 on a GPU, 4 on a CPU")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--small", action="store_true", help="a network of a tenth of the size, to try the benchmark")
    options = parser.parse_args()
    device = devices.pick()
    gpu = device.type == "cuda"
    n, size = options.images or (512 if gpu else 8), options.batch_size or (128 if gpu else 4)
    dtype = half_of(device)
    model, labels = network(options, device)
    side = model.config["image_size"]
    images = torch.randn(size, 3, side, side, device=device)
    library = library_backbone(model.config).to(device)
    published = dtype if gpu else torch.float32
    plain = {
        of: seconds(lambda of=of: straightforward(model, library, labels, images, of), device, 1) / size
        for of in dict.fromkeys((published, dtype))
    }
    exact = torch.sigmoid(model(images))
    fast = model.to(dtype)
    forward = torch.compile(fast) if options.compile else fast
    images = images.to(dtype)
    ours = seconds(lambda: torch.sigmoid(forward(images).float()).half().cpu(), device) / size
    backbone = seconds(lambda: fast.embed(images), device) / size
    off = (torch.sigmoid(fast(images).float()) - exact).abs().max().item()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shards = write_shards(folder, n)
        prepare = lambda picture: torch.from_numpy(ram_plus.resize(picture, side))  # noqa: E731
        pictures = Pictures(shards, prepare, size, "pictures")
        decode = seconds(lambda: list(stream(pictures, options.workers)), torch.device("cpu"), 1) / n

        def probability(pixels: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(forward(ram_plus.normalise(pixels).to(dtype)).float())

        def whole() -> None:
            parts = Parts(folder / str(time.monotonic_ns()), options.tags)
            tag(Tagger(prepare, probability, device), stream(pictures, options.workers, gpu), shards, 0.5, parts)

        together = seconds(whole, device, 1) / n
    rate = matmul_rate(device, dtype)
    flop = BACKBONE_FLOP + HEAD_FLOP * options.tags
    name = torch.cuda.get_device_name() if gpu else f"{torch.get_num_threads()} CPU threads"
    print(f"\n{name}, {dtype}, {options.tags} tags, mode {options.mode}, batch {size}")
    for what, time_ in (
        *((f"straightforward, {str(of).removeprefix('torch.')}", time_) for of, time_ in plain.items()),
        ("ours, network", ours),
        ("ours, backbone", backbone),
        ("ours, head", max(ours - backbone, 1e-9)),
        ("decoding and resizing", decode),
        ("ours, from tars to parts", together),
    ):
        print(f"  {what:<26} {1 / time_:10,.2f} images/s")
    print(f"  large matrix product       {rate / 1e12:10,.2f} TFLOP/s")
    if not options.small:
        print(f"  ours, share of it          {flop / ours / rate:10.1%}")
    print(f"  ours, off by at most       {off:10.2g} of probability, against single precision")
    print(f"  times it in the same type  {plain[dtype] / ours:10.2f}")
    found = {
        "ratio": (plain[published] / ours, "times the straightforward path"),
        "rate": (1 / together, "images/s from tars"),
    }
    for key, wanted in LEAST[device.type].items():
        value, what = found[key]
        print(f"  {'ok    ' if value >= wanted else 'MISSED'} {what}: {value:.2f} (at least {wanted})")


if __name__ == "__main__":
    main()

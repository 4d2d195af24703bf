"""Benchmark RAM++ tagging: images per second, and the share of what the device's matrix units can do, in one run.

    PYTHONPATH=scripts python benchmarks/tagging.py [--images 512] [--tags 4029] [--mode mean]

Weights and pictures are made here; they cost what real ones cost. Our path (labels precomputed, weights in half
precision, compiled where --compile is given, sparse output) stands against the straightforward one, on a GPU under
autocast, on a CPU as published, in single precision, and beside it under autocast. Backbone and head are timed apart,
decoding alone, and everything together from tars. Half precision of a CPU is bf16 where it multiplies that faster.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from random_ram_plus import (
    BACKBONE_FLOP,
    HEAD_FLOP,
    library_backbone,
    matmul_rate,
    network,
    random_labels,
    seconds,
    straightforward,
    write_shards,
)

from concept_freq.models import devices
from concept_freq.shards.batches import Pictures, stream
from concept_freq.tags import ram_plus
from concept_freq.tags.base import Tagger
from concept_freq.tags.tagging import Parts, tag

LEAST = {"cuda": {"rate": 800, "ratio": 2.5}, "cpu": {"ratio": 2.0}}


def half_of(device: torch.device) -> torch.dtype:
    """Half precision of a GPU; of a CPU bf16 where that is faster."""
    if device.type == "cuda":
        return torch.float16
    rates = {dtype: matmul_rate(device, dtype) for dtype in (torch.float32, torch.bfloat16)}
    return max(rates, key=rates.get)


def parse() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, help="512 on a GPU, 8 on a CPU")
    parser.add_argument("--tags", type=int, default=4029)
    parser.add_argument("--mode", choices=("mean", "reweight"), default="mean")
    parser.add_argument("--descriptions", type=int, default=51, help="per tag, in mode reweight")
    parser.add_argument("--batch-size", type=int, help="128 on a GPU, 4 on a CPU")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--small", action="store_true", help="a little network, to try the benchmark")
    return parser.parse_args()


def from_tars(
    forward: Callable, side: int, size: int, images: int, options: argparse.Namespace, device: torch.device
) -> dict[str, float]:
    """Seconds a picture of decoding alone, and of everything from tars to parts."""
    prepare = lambda picture: torch.from_numpy(ram_plus.resize(picture, side))  # noqa: E731
    gpu = device.type == "cuda"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shards = write_shards(folder, images)
        pictures = Pictures(shards, prepare, size, "pictures")

        def probability(pixels: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(forward(ram_plus.normalise(pixels)).float())

        def whole() -> None:
            parts = Parts(folder / str(time.monotonic_ns()), options.tags)
            tag(Tagger(prepare, probability, device), stream(pictures, options.workers, gpu), shards, 0.5, parts)

        decode = seconds(lambda: list(stream(pictures, options.workers)), torch.device("cpu"), 1)
        return {
            "decoding and resizing": decode / images,
            "ours, from tars to parts": seconds(whole, device, 1) / images,
        }


def report(rates: dict[str, float], device: torch.device, published: str, same: str) -> None:
    """Print pictures per second of each path, and the ratios beside what they should reach."""
    for what, time_ in rates.items():
        print(f"  {what:<26} {1 / time_:10,.2f} images/s")
    print(f"  times it in the same type  {rates[same] / rates['ours, network']:10.2f}")
    found = {
        "ratio": (rates[published] / rates["ours, network"], "times the straightforward path"),
        "rate": (1 / rates["ours, from tars to parts"], "images/s from tars"),
    }
    for key, wanted in LEAST[device.type].items():
        value, what = found[key]
        print(f"  {'ok    ' if value >= wanted else 'MISSED'} {what}: {value:.2f} (at least {wanted})")


@torch.no_grad()
def main() -> None:
    """Command line entry point."""
    options, device = parse(), devices.pick()
    gpu = device.type == "cuda"
    size, dtype = options.batch_size or (128 if gpu else 4), half_of(device)
    labels = random_labels(options.tags, 1 if options.mode == "mean" else options.descriptions)
    model, labels = network(options.small, labels).to(device), labels.to(device)
    side = model.config["image_size"]
    images = torch.randn(size, 3, side, side, device=device)
    library = library_backbone(model.config).to(device)
    plain = {
        of: f"straightforward, {str(of).removeprefix('torch.')}"
        for of in dict.fromkeys((dtype if gpu else torch.float32, dtype))
    }
    rates = {
        name: seconds(lambda of=of: straightforward(model, library, labels, images, of), device, 1) / size
        for of, name in plain.items()
    }
    exact = torch.sigmoid(model(images))
    fast = model.to(dtype)
    forward, images = torch.compile(fast) if options.compile else fast, images.to(dtype)
    ours = seconds(lambda: torch.sigmoid(forward(images).float()).half().cpu(), device) / size
    backbone = seconds(lambda: fast.embed(images), device) / size
    off = (torch.sigmoid(fast(images).float()) - exact).abs().max().item()
    rates |= {"ours, network": ours, "ours, backbone": backbone, "ours, head": max(ours - backbone, 1e-9)}
    n = options.images or (512 if gpu else 8)
    rates |= from_tars(lambda pixels: forward(pixels.to(dtype)), side, size, n, options, device)
    name = torch.cuda.get_device_name() if gpu else f"{torch.get_num_threads()} CPU threads"
    print(f"\n{name}, {dtype}, {options.tags} tags, mode {options.mode}, batch {size}")
    report(rates, device, next(iter(plain.values())), plain[dtype])
    rate = matmul_rate(device, dtype)
    print(f"  large matrix product       {rate / 1e12:10,.2f} TFLOP/s")
    if not options.small:
        print(f"  ours, share of it          {(BACKBONE_FLOP + HEAD_FLOP * options.tags) / ours / rate:10.1%}")
    print(f"  ours, off by at most       {off:10.2g} of probability, against single precision")


if __name__ == "__main__":
    main()

"""What the sections of the GPU benchmark share: the device, RAM++ on it in each precision, pictures, measuring."""

import argparse
import copy
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
from gpu_report import Report
from random_ram_plus import made_pixels, network, random_labels, seconds
from torch import Tensor

from concept_freq.tags.ram_plus import RamPlus, scorer

UNIQUE = 8  # pictures that the CPU computes too
GIB = 2**30


def matmul_mode(mode: str) -> None:
    """How products of float32 are computed: "ieee" as they are written, "tf32" with operands cut to 10 bits."""
    torch.backends.cuda.matmul.fp32_precision = mode
    torch.backends.cudnn.conv.fp32_precision = mode


@dataclass
class Bench:
    """Everything a section needs."""

    options: argparse.Namespace
    device: torch.device
    report: Report
    folder: Path
    shards: list[Path] = field(default_factory=list)  # written, and under further names
    long: list[Path] = field(default_factory=list)

    @cached_property
    def labels(self) -> Tensor:
        """One description per tag, as the paper ran it."""
        return random_labels(self.options.tags, 1)

    @cached_property
    def model(self) -> RamPlus:
        """The network on the CPU in single precision: the reference."""
        return network(self.options.small, self.labels)

    @cached_property
    def pixels(self) -> Tensor:
        """A batch of pictures on the device; a few, again and again."""
        few = made_pixels(min(UNIQUE, self.options.batch_size), self.model.config["image_size"])
        return few.repeat(-(-self.options.batch_size // len(few)), 1, 1, 1)[: self.options.batch_size].to(self.device)

    @cached_property
    def reference(self) -> Tensor:
        """The CPU's probabilities of the pictures that differ, by single precision."""
        return scorer(self.model)(self.pixels[:UNIQUE].cpu()).double()

    def on_device(self, dtype: torch.dtype) -> RamPlus:
        """A copy of the network."""
        return copy.deepcopy(self.model).to(self.device, dtype)

    @cached_property
    def half(self) -> RamPlus:
        """The network in the precision that the workflow takes on a GPU."""
        return self.on_device(torch.float16 if self.gpu else torch.bfloat16)

    @cached_property
    def compiled(self) -> Callable[[Tensor], Tensor]:
        """Probabilities by the compiled network in half precision; the first call compiles, and is timed."""
        probability, start = scorer(self.half, compiled=True), time.perf_counter()
        probability(self.pixels)
        self.report.add("torch.compile, first batch", time.perf_counter() - start, "s", "once per job")
        return probability

    @property
    def gpu(self) -> bool:
        """Whether the device is one."""
        return self.device.type == "cuda"

    def rate(self, work: Callable[[], object], n: int, repeats: int = 3) -> tuple[float, float]:
        """Pictures per second of a call that does ``n``, and the most memory it takes, GiB (0 on a CPU)."""
        if not self.gpu:
            return n / seconds(work, self.device, 1), 0.0
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        fastest = seconds(work, self.device, repeats)
        return n / fastest, torch.cuda.max_memory_allocated() / GIB

    def add_rate(self, what: str, work: Callable[[], object], n: int, note: str = "", repeats: int = 3) -> float:
        """Measure and report; returns the rate."""
        rate, memory = self.rate(work, n, repeats)
        if memory:
            held = torch.cuda.memory_allocated() / GIB
            self.report.add(f"{what}: peak memory", memory, "GiB", f"batch {n}; {held:.2f} of it weights and pictures")
        self.report.add(what, rate, "pictures/s", note or f"batch {n}")
        return rate

    def cap_memory(self, gib: float | None) -> None:
        """Leave this process so much of the GPU's memory; None: all of it."""
        gc.collect()
        torch.cuda.empty_cache()
        total = torch.cuda.get_device_properties(self.device).total_memory / GIB
        torch.cuda.set_per_process_memory_fraction(min(1.0, gib / total) if gib else 1.0)

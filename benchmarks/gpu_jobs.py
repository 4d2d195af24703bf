"""Tagging jobs on a GPU: pictures from tars to tags, batches that do not fit the memory, a job that was killed."""

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import torch
from gpu_bench import GIB, Bench
from gpu_tagging import BF16, FLOOR, FP16, compare
from random_ram_plus import network, random_labels, write_shards
from torch import Tensor

from concept_freq.shards.batches import Batch, Pictures, Prepare, stream
from concept_freq.tags import ram_plus
from concept_freq.tags.base import Tagger
from concept_freq.tags.fitting import Fitted
from concept_freq.tags.ram_plus import RamPlus, scorer


def linked(shards: list[Path], times: int) -> list[Path]:
    """Shards and further names of them, so that a long job needs no more disk."""
    more = []
    for turn in range(times):
        for path in shards:
            more.append(path.with_name(f"{turn:03d}{path.name}"))
            more[-1].hardlink_to(path)
    return more


def picture_of(side: int) -> Prepare:
    """How a worker prepares a picture, as the workflow's."""
    return lambda picture: torch.from_numpy(ram_plus.resize(picture, side))


def shards_of(bench: Bench) -> None:
    """Write the shards that the sections read."""
    bench.shards = write_shards(bench.folder, bench.options.images)
    bench.long = linked(bench.shards, bench.options.times)


def loader(bench: Bench) -> None:
    """Pictures read from tars, decoded and resized by so many processes: what the loader can feed."""
    side, cores = bench.model.config["image_size"], os.cpu_count()
    size = sum(path.stat().st_size for path in bench.shards) / bench.options.images
    bench.report.heading(f"The loader: JPEGs of 512 px, {size / 1e3:.0f} kB each, decoded and resized on {cores} cores")
    for workers in [n for n in (1, 2, 4, 8, 16) if n <= max(cores, 2)]:
        batch = min(32, bench.options.batch_size)
        shards = bench.long[: min(workers, 8) * 2]
        batches = iter(stream(Pictures(shards, picture_of(side), batch, "pictures"), workers))
        for _ in range(workers):  # the first batch of each: processes start
            next(batches, None)
        start = time.perf_counter()
        n = sum(len(batch.readable) for batch in batches)
        bench.report.add(f"loader, {workers} workers", n / (time.perf_counter() - start), "pictures/s", f"{n} pictures")


def keep(bench: Bench, tagger: Tagger, batches: Iterable[Batch], shards: list[Path]) -> str:
    """Tag and write sparse tags as the workflow does; without pyarrow keep nothing. Returns which it was."""
    try:
        from concept_freq.tags.tagging import Parts, tag
    except ImportError:
        fitted = Fitted(tagger)
        for batch in batches:
            fitted.probability(batch.images.to(bench.device, non_blocking=True)).half().cpu()
        return "probabilities, no tables: pyarrow is not installed"
    with contextlib.redirect_stdout(None):
        tag(tagger, batches, shards, FLOOR, Parts(bench.folder / f"{time.monotonic_ns()}", bench.options.tags))
    return "tags and histograms"


@torch.no_grad()
def from_tars(bench: Bench) -> None:
    """The whole way: tars, decoding, network, sparse tags on disk."""
    bench.report.heading("From tars to tags on disk")
    side, size = bench.model.config["image_size"], bench.options.batch_size
    ways = {"eager": Tagger(picture_of(side), scorer(bench.half), bench.device)}
    if bench.options.compile:
        ways["compiled"] = Tagger(picture_of(side), bench.compiled, bench.device, compiled=True)
    workers = min(16, os.cpu_count()) if bench.gpu else 0
    for name, tagger in ways.items():
        pictures = Pictures(bench.long, tagger.prepare, size, "pictures")
        start = time.perf_counter()
        kept = keep(bench, tagger, stream(pictures, workers, bench.gpu), bench.long)
        n = bench.options.images * len(bench.long) // len(bench.shards)
        rate, last = n / (time.perf_counter() - start), name == list(ways)[-1]
        note = f"{n} pictures to {kept}, {workers} workers, start of the workers counted"
        bench.report.add(f"from tars, {name}", rate, "pictures/s", note, least=800 if bench.gpu and last else None)


@torch.no_grad()
def halving(bench: Bench) -> None:
    """A batch for which the memory does not suffice: probabilities and what it costs."""
    bench.report.heading("Out of memory: batches are halved")
    n, model = len(bench.pixels), bench.half
    scored = scorer(model)
    if bench.gpu:
        _, peak = bench.rate(lambda: scored(bench.pixels), n)
        held = torch.cuda.memory_allocated() / GIB
        bench.cap_memory(held + 0.6 * (peak - held))
    else:
        scored = short_of_memory(scored, n // 2)
    fitted = Fitted(Tagger(None, scored, bench.device))
    try:
        found = fitted.probability(bench.pixels)
        how = f"memory capped at {held + 0.6 * (peak - held):.1f} GiB" if bench.gpu else "simulated"
        bench.report.add("largest batch that fits", fitted.size, "pictures", f"of {n}, {how}", least=1, most=n - 1)
        compare(bench, "after halving", found, FP16 if bench.gpu else BF16)
        bench.add_rate("after halving", lambda: fitted.probability(bench.pixels).half().cpu(), n, "eager")
    finally:
        if bench.gpu:
            bench.cap_memory(None)


def short_of_memory(probability: Callable[[Tensor], Tensor], holds: int) -> Callable[[Tensor], Tensor]:
    """A device that holds so many pictures, where there is no GPU whose memory could be capped."""

    def wanting(images: Tensor) -> Tensor:
        if len(images) > holds:
            raise torch.cuda.OutOfMemoryError
        return probability(images)

    return wanting


def killed_after(batches: Iterable[Batch], n: int) -> Iterator[Batch]:
    """Batches of a job that ends as by kill -9."""
    for number, batch in enumerate(batches):
        if number == n:
            os.kill(os.getpid(), signal.SIGKILL)
        yield batch


@torch.no_grad()
def job(model: RamPlus, device: torch.device, size: int, shards: list[Path], folder: Path, last: int = -1) -> None:
    """A tagging job as the workflow's: shards that have their part are not tagged again. ``last``: killed after it."""
    from concept_freq.tags.tagging import Parts, tag

    parts = Parts(folder, len(model.tags[0]))
    left = [path for path in shards if not parts.has(path.stem)]
    tagger = Tagger(picture_of(model.config["image_size"]), scorer(model), device)
    pictures = Pictures(left, tagger.prepare, size, "pictures")
    tag(tagger, killed_after(stream(pictures, 0), last), left, FLOOR, parts)


def killed_job(options: tuple[bool, int], dtype: torch.dtype, device: str, *rest) -> None:
    """The job in a process of its own."""
    torch.set_num_threads(max(1, os.cpu_count() // 2))
    model = network(options[0], random_labels(options[1], 1)).to(device, dtype)
    job(model, torch.device(device), *rest)


def resumed(bench: Bench) -> None:
    """A job killed in its second half goes on where it was; its parts are those of a job that was left alone."""
    bench.report.heading("A tagging job, killed and started again")
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        bench.report.absent("killed and resumed", "pyarrow is not installed")
        return
    size, folders = bench.options.batch_size // 2, [bench.folder / name for name in ("killed", "whole")]
    shards, per_shard = bench.long[:4], bench.options.images // len(bench.shards)
    last = per_shard * 5 // 2 // size  # in the third of four
    options, dtype = (bench.options.small, bench.options.tags), bench.half.fc.weight.dtype
    arguments = (options, dtype, bench.device.type, size, shards, folders[0], last)
    process = multiprocessing.get_context("spawn").Process(target=killed_job, args=arguments)
    process.start()
    process.join()
    found = len(list(folders[0].glob("*.image_tags.parquet")))
    note = f"of {len(shards)} parts, exit {process.exitcode}"
    bench.report.add("parts that the killed job left", found, "parts", note, least=1, most=len(shards) - 1)
    with contextlib.redirect_stdout(None):
        for folder in folders:
            job(bench.half, bench.device, size, shards, folder)
    files = sorted(path.name for path in folders[1].glob("*.parquet"))
    other = [name for name in files if (folders[0] / name).read_bytes() != (folders[1] / name).read_bytes()]
    bench.report.add(
        "resumed: files that differ from an undisturbed job's", len(other), "files", f"of {len(files)}", most=0
    )

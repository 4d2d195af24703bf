"""What a study asks of the machine, and what there is: chunks, samples, hours, gigabytes, devices."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import torch

from concept_freq.inspection.shards import samples_in
from concept_freq.shards.names import is_tar

PER = 100_000_000  # samples that the tables of costs speak of


def n_samples(dataset) -> int | None:
    """Samples of a dataset, by those of its first shard; None where that is not here, or no tar."""
    first = dataset.shards[0]
    if first.is_remote or not is_tar(first.name) or not Path(first.location).exists():
        return None
    return samples_in(Path(first.location)) * len(dataset.shards)


def rate(path: Path, key: str, column: str) -> dict[str, float]:
    """Costs per 100 million samples by rule or folder, from a table of an earlier run; empty without one."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row[key]: float(row[column]) for row in csv.DictReader(file) if row[column]}


def estimates(study, costs: Path) -> Iterator[str]:
    """A line for each dataset: its size, and what an earlier run's costs make of it."""
    hours = rate(costs / "costs.csv", "rule", "hours_per_100m")
    gigabytes = rate(costs / "disk.csv", "results", "gigabytes_per_100m")
    for name in study.measured:
        dataset = study.datasets[name]
        line = f"{name}: {len(dataset.shards):,} shards in {len(dataset.chunks):,} chunks"
        if n := n_samples(dataset):
            line += f", about {n:,} samples"
            if hours:
                line += f"; by {costs}: {n / PER * sum(hours.values()) / 24:.2g} days of one job at a time"
            if gigabytes:
                line += f", {n / PER * sum(gigabytes.values()):.2g} GB of results"
        yield line


def machine(folder: Path) -> str:
    """Devices and free disk of this machine."""
    devices = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] or ["no GPU"]
    return f"{', '.join(devices)}; {shutil.disk_usage(folder).free / 1e9:,.0f} GB free"

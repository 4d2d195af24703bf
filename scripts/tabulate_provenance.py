"""What made the results: code, versions, config, inputs and machine, and what each rule cost (paper, Table 10).

Costs are those of the jobs that ran last; of rules that work chunk by chunk also what 100 million samples would take.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pandas as pd
import torch

from concept_freq.io.digests import sha256_of
from concept_freq.io.parquet import read_frame
from concept_freq.io.tables import write_csv
from concept_freq.shards.remote import shown

PACKAGES = ("snakemake", "torch", "open_clip_torch", "duckdb", "pyarrow", "numpy", "scipy", "matplotlib", "seaborn")
CHUNK_RULES = ("fetch_shards", "list_shards", "parse_captions", "tag_images", "index_captions", "count_concepts")
PROJECTED = 100_000_000  # samples
PER_100M = ("hours_per_100m", "cpu_hours_per_100m")
STORED = ("captions", "text_index", "image_tags", "tag_histograms", "chunk_counts")


def commit(repository: Path) -> str:
    """Commit of the code, with a plus where it was edited since."""

    def git(*command: str) -> str:
        return subprocess.run(["git", "-C", repository, *command], capture_output=True, text=True).stdout.strip()

    if not shutil.which("git"):
        return "not known: git is not installed"
    found = git("rev-parse", "HEAD")
    return (found + "+" * bool(git("status", "--porcelain", "--untracked-files=no"))) if found else "not under git"


def size_of(folder: Path) -> int:
    """Bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def digest_of(path: Path) -> str:
    """SHA-256 of a file, or of all files below a folder."""
    return sha256_of(sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path])


def inputs(args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """(item, value) of what the run was given: concepts, shards, models, taggers, evaluation sets, descriptions."""
    yield "concepts, sha256", sha256_of([args.concepts]) if args.concepts else "published"
    for path in args.manifests:
        shards = pd.read_csv(path, sep="\t")
        yield f"{path.stem}, shards", f"{len(shards)}, {shards['size'].sum():,} bytes"
        yield f"{path.stem}, manifest sha256", sha256_of([path])
    yield from ((f"{name}, source", shown(source)) for name, source in args.sources.items())
    yield from ((f"{path}, sha256", digest_of(path)) for path in dict.fromkeys(args.used))


def provenance(args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """(item, value) of the code, the machine, the config, and the inputs."""
    yield "commit", commit(Path(__file__).parents[1])
    yield "python", platform.python_version()
    yield from ((name, metadata.version(name)) for name in PACKAGES)
    yield "system", f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPU cores"
    yield "GPU", torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    yield "config, sha256", hashlib.sha256(args.config.encode()).hexdigest()
    yield from inputs(args)


def costs_of(benchmarks: Path, samples: int, datasets: set[str]) -> pd.DataFrame:
    """One row per rule that was timed: jobs, hours, memory; per PROJECTED samples where it works chunk by chunk."""
    rows = []
    for rule in sorted(
        {path.relative_to(benchmarks).parts[0].removesuffix(".tsv") for path in benchmarks.rglob("*.tsv")}
    ):
        files = [*benchmarks.glob(f"{rule}.tsv"), *(benchmarks / rule).rglob("*.tsv")]
        if rule in CHUNK_RULES:
            files = [path for path in files if path.parent.name in datasets]
        if not files:
            continue
        jobs = pd.concat([pd.read_csv(path, sep="\t", na_values="-") for path in files])
        row = {"rule": rule, "jobs": len(jobs), "hours": jobs.s.sum() / 3600, "cpu_hours": jobs.cpu_time.sum() / 3600}
        row["largest_memory_mb"] = jobs.max_rss.max()
        if rule in CHUNK_RULES and samples:
            row["hours_per_100m"], row["cpu_hours_per_100m"] = (
                row[k] * PROJECTED / samples for k in ("hours", "cpu_hours")
            )
        rows.append(row)
    return pd.DataFrame(rows, columns=["rule", "jobs", "hours", "cpu_hours", "largest_memory_mb", *PER_100M])


def disk_of(results: Path, samples: int, datasets: set[str]) -> pd.DataFrame:
    """Bytes of each kind of result, and of those per chunk the gigabytes that PROJECTED samples would take."""
    kinds = [path for path in sorted(results.iterdir()) if path.is_dir() and not (path / "tables").exists()]
    table = pd.DataFrame(
        [{"results": path.name, "bytes": size_of(path)} for path in kinds], columns=["results", "bytes"]
    )
    counted = table.results.map(lambda kind: sum(size_of(results / kind / name) for name in datasets))
    per_chunk = table.results.isin(STORED) & (samples > 0)
    table["gigabytes_per_100m"] = (counted * PROJECTED / max(samples, 1) / 1e9).where(per_chunk)
    return table


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True, help="the run's config, as JSON")
    parser.add_argument("--concepts", type=Path)
    parser.add_argument("--manifests", type=Path, nargs="*", default=[])
    parser.add_argument("--used", type=Path, nargs="*", default=[], help="files or folders whose digests are recorded")
    parser.add_argument("--sources", type=json.loads, default={}, help="JSON of where each of them is from, by name")
    parser.add_argument("--counts", type=Path, nargs="*", default=[], help="of the datasets that were counted")
    parser.add_argument("--benchmarks", type=Path, required=True, help="folder RULE/....tsv")
    parser.add_argument("--results", type=Path, required=True, help="folder")
    parser.add_argument("--costs", type=Path, required=True, help="(out)")
    parser.add_argument("--disk", type=Path, required=True, help="(out)")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    samples = sum(int(read_frame(path).n_samples.iloc[0]) for path in args.counts)
    datasets = {path.stem for path in args.counts}
    write_csv(costs_of(args.benchmarks, samples, datasets), args.costs, digits=3)
    write_csv(disk_of(args.results, samples, datasets), args.disk, digits=3)
    write_csv(pd.DataFrame(provenance(args), columns=["item", "value"]), args.out)


if __name__ == "__main__":
    main()

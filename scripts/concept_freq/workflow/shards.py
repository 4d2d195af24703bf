"""Which shards a pretraining dataset has: listed in a manifest, found by a pattern, or addressed."""

import csv
import glob
import operator
import os
import re
from pathlib import Path
from typing import NamedTuple

from snakemake.exceptions import WorkflowError

SIZE = re.compile(r"\d*").fullmatch
SHA256 = re.compile(r"([0-9A-Fa-f]{64})?").fullmatch
NUMBER = re.compile(r"(\d+)(?:-of-\d+)?\D*$")  # the last one of a name


class Shard(NamedTuple):
    """A shard as a manifest has it; size (bytes) and sha256 are empty where they are not known."""

    location: str
    size: str = ""
    sha256: str = ""

    @property
    def name(self) -> str:
        """File name, wherever the shard lies; the tables of samples name a shard so."""
        return self.location.split("?")[0].rpartition("/")[2]

    @property
    def is_remote(self) -> bool:
        """Whether the shard must be fetched."""
        return "://" in self.location

    @property
    def is_known(self) -> bool:
        """Whether size and sha256 are known before the shard is there: fetching accepts no other."""
        return self.is_remote and bool(self.size and self.sha256)


def shard_number(name: str) -> int:
    """The number in a shard's name, which alone decides the shard's chunk: adding a shard moves no other."""
    if not (number := NUMBER.search(name.rpartition(".")[0] or name)):
        raise WorkflowError(f"{name}: a shard's name must end in its number, as in 00012.tar")
    return int(number[1])


def numbered(pattern: str) -> list[str]:
    """Addresses that a pattern such as s3://bucket/{00000..41407}.tar stands for."""
    span = re.search(r"\{(\d+)\.\.(\d+)\}", pattern)
    if not span:
        return [pattern]
    numbers = range(int(span[1]), int(span[2]) + 1)
    return [pattern.replace(span[0], str(n).zfill(len(span[1]))) for n in numbers]


def found(patterns: str) -> list[Shard]:
    """Shards that a cell of the registry points at: files by one pattern, or addresses separated by spaces."""
    split = patterns.split()
    if not any("://" in pattern for pattern in split):
        return [Shard(path) for path in sorted(glob.glob(patterns))]
    return [Shard(location) for pattern in split for location in numbered(pattern)]


def read_manifest(path: str, written: str, where: str) -> list[Shard]:
    """Shards of a dataset's manifest, which must not be the one that the run itself writes (``written``)."""
    if not os.path.exists(path):
        raise WorkflowError(
            f"{where} does not exist; it is a TSV of location, size, sha256: config/README.md says how to make one"
        )
    if Path(path) == Path(written):
        raise WorkflowError(f"{where} is what this run writes; copy it elsewhere and name the copy")
    with open(path, encoding="utf-8-sig", newline="") as file:
        columns, *rows = [*csv.reader(file, delimiter="\t")] or [[]]
    if missing := {*Shard._fields}.difference(columns):
        raise WorkflowError(f"{where}: line 1: no column {', '.join(sorted(missing))}")
    cells = operator.itemgetter(*map(columns.index, Shard._fields))
    shards = []
    for line, row in enumerate(rows, start=2):
        if not row:
            continue
        location, size, sha256 = cells(row + [""] * (len(columns) - len(row)))
        if not SIZE(size) or not SHA256(sha256):
            raise WorkflowError(f"{where}: line {line}: size must be bytes, sha256 64 hexadecimal digits, or empty")
        shards.append(Shard(location, size, sha256.lower()))
    return shards


def check_names(shards: list[Shard], where: str) -> None:
    """Stop where two shards share a name, or a tar's name holds a dot: samples are known by the part before it."""
    names: dict[str, Shard] = {}
    for shard in shards:
        name, _, ending = shard.name.partition(".")
        if "tar" in ending and ending != "tar":
            raise WorkflowError(f"{where}: {shard.location}: a tar's name must hold no dot but that of .tar; rename it")
        if (other := names.setdefault(name, shard)) is not shard:
            raise WorkflowError(f"{where}: {other.location} and {shard.location} have one name; rename one of them")

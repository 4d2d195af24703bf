"""Which shards a pretraining dataset has: listed in a manifest, found by a pattern, or addressed."""

import csv
import operator
import os
import re
from pathlib import Path
from typing import NamedTuple

from snakemake.exceptions import WorkflowError

from concept_freq.shards.names import is_remote, matching, shard_name, table_name, unsigned

SIZE = re.compile(r"\d*").fullmatch
SHA256 = re.compile(r"([0-9A-Fa-f]{64})?").fullmatch


class Shard(NamedTuple):
    """A shard as a manifest has it; size (bytes) and sha256 are empty where they are not known."""

    location: str
    size: str = ""
    sha256: str = ""

    @property
    def name(self) -> str:
        """File name, wherever the shard lies; the tables of samples name a shard so."""
        return shard_name(self.location)

    @property
    def is_remote(self) -> bool:
        """Whether the shard must be fetched."""
        return is_remote(self.location)

    @property
    def is_known(self) -> bool:
        """Whether size and sha256 are known before the shard is there: fetching accepts no other."""
        return self.is_remote and bool(self.size and self.sha256)


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
        return [Shard(path) for path in matching(patterns)]
    return [Shard(location) for pattern in split for location in numbered(pattern)]


def check_unsigned(shards: list[Shard], where: str) -> None:
    """Stop where a registry's cell holds signed addresses: only those of a manifest stay out of logs and commands."""
    if signed := next((shard.location for shard in shards if unsigned(shard.location) != shard.location), None):
        raise WorkflowError(
            f"{where}: shards: {unsigned(signed)} is given with a query or a password; list such addresses in a "
            "manifest (column manifest): its secrets stay out of logs and command lines"
        )


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
    """Stop where two shards would have one name in the tables of samples."""
    names: dict[str, Shard] = {}
    for shard in shards:
        if (other := names.setdefault(table_name(shard.name), shard)) is not shard:
            raise WorkflowError(f"{where}: {other.location} and {shard.location} have one name; rename one of them")

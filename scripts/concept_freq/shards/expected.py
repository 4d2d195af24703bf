"""How many pairs a shard should hold, by what img2dataset writes beside it: NNNNN_stats.json, NNNNN.parquet."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from concept_freq.shards.names import table_name
from concept_freq.shards.tar import Skips


def by_stats(path: Path) -> int | None:
    """Successes of a shard's statistics; None where the file says nothing of them."""
    try:
        stats = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    successes = stats.get("successes") if isinstance(stats, dict) else None
    return successes if isinstance(successes, int) else None


def by_table(path: Path) -> int | None:
    """Downloads of a shard's table that succeeded; None where it is no such table."""
    try:
        status = pq.read_table(path, columns=["status"])["status"]
        return pc.sum(pc.equal(status, "success")).as_py() or 0
    except (OSError, KeyError, pa.ArrowException):
        return None


def expected_pairs(shard: Path) -> tuple[int, str] | None:
    """Number of pairs and the file that says so; None where there is none."""
    name = table_name(shard)
    for file, count in ((f"{name}_stats.json", by_stats), (f"{name}.parquet", by_table)):
        if (n := count(shard.with_name(file))) is not None:
            return n, file
    return None


def list_missing(shard: Path, n: int, skips: Skips) -> None:
    """List the pairs that a shard of n samples should hold besides, one by one."""
    expected, said_by = expected_pairs(shard) or (0, "")
    for row in range(n, expected):
        skips.add(table_name(shard), row, "", f"not in the shard, which has fewer pairs than {said_by} says")

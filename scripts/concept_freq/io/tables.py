"""Tables of the pipeline: their declared schemas, checked and written deterministically."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from concept_freq.io.atomic import atomic_path
from concept_freq.io.parquet import KEPT

TEXT, COUNT, SHARE = pa.string(), pa.int64(), pa.float64()
SCHEMAS: dict[str, dict[str, pa.DataType]] = {
    "captions": {"shard": TEXT, "row": pa.uint32(), "key": TEXT, "caption": TEXT},
    "text_index": {
        "lemma": TEXT,
        "shard": TEXT,
        "row": pa.uint32(),
        "position": pa.uint32(),
    },
    "image_tags": {
        "shard": TEXT,
        "row": pa.uint32(),
        "concept_id": pa.uint32(),
        "probability": pa.float16(),
    },
    "shard_embeddings": {"shard": TEXT, "row": pa.uint32(), "embedding": pa.list_(pa.float16())},
    "similarity": {"shard": TEXT, "row": pa.uint32(), "similarity": pa.float32()},
    "removed": {"shard": TEXT, "row": pa.uint32(), "similarity": pa.float32()},
    "tag_histograms": {"concept_id": pa.uint32(), "bin": pa.uint8(), "n": COUNT},
    "tags_per_picture": {
        **{"pretraining": TEXT, "n_pictures": COUNT, "n_concepts": COUNT, "n_tags": COUNT, "mean": SHARE},
        **{"median": COUNT, "p95": COUNT, "share_of_list": SHARE, "flagged": pa.bool_(), "remark": TEXT},
    },
    "skipped": {
        "step": TEXT,
        "shard": TEXT,
        "row": pa.uint32(),
        "key": TEXT,
        "reason": TEXT,
    },
    "downstream_samples": {
        "shard": TEXT,
        "row": pa.uint32(),
        "key": TEXT,
        "label": pa.int32(),
        "captions": pa.list_(TEXT),
    },
    "truth": {
        "shard": TEXT,
        "row": pa.uint32(),
        "concept": TEXT,
        "in_picture": pa.bool_(),
        "in_caption": pa.bool_(),
    },
    "sampled_pairs": {
        **{"pretraining": TEXT, "shard": TEXT, "row": pa.uint32(), "key": TEXT, "caption": TEXT, "stratum": TEXT},
        **{"stratum_size": COUNT, "n_samples": COUNT, "named": pa.list_(TEXT), "tags": pa.list_(TEXT)},
        "picture": pa.binary(),
    },
    "concept_counts": {
        "pretraining": TEXT,
        "concept": TEXT,
        "n_text": COUNT,
        "n_image": COUNT,
        "n_matched": COUNT,
    },
    "balanced": {"shard": TEXT, "row": pa.uint32(), "key": TEXT, "probability": SHARE, "kept": pa.bool_()},
    "balanced_counts": {
        **{"concept": TEXT, "n_text": COUNT, "expected": SHARE, "n_kept": COUNT},
        **{"n_pairs": COUNT, "n_pairs_named": COUNT, "n_pairs_kept": COUNT},
    },
    "class_accuracy": {
        **{
            "pretraining": TEXT,
            "model": TEXT,
            "dataset": TEXT,
            "concept": TEXT,
            "class": TEXT,
            "prompts": TEXT,
        },
        **{"n_images": COUNT, "accuracy": SHARE, "ci_low": SHARE, "ci_high": SHARE},
    },
    "retrieval_recall": {
        **{
            "pretraining": TEXT,
            "model": TEXT,
            "dataset": TEXT,
            "concept": TEXT,
            "direction": TEXT,
        },
        **{"k": COUNT, "n": COUNT, "recall": SHARE},
    },
    "text_to_image_scores": {
        **{"pretraining": TEXT, "model": TEXT, "dataset": TEXT, "concept": TEXT, "metric": TEXT},
        **{"n": COUNT, "score": SHARE},
    },
}
# Tags are most of what a chunk's counting reads: so written, they are smaller and twice as fast to read.
ENCODINGS = {
    "image_tags": {"use_dictionary": ["shard", "concept_id"], "column_encoding": {"row": "DELTA_BINARY_PACKED"}}
}
# What a publication left out is empty, never zero; what is measured here is always there.
NULLABLE = {"n_text", "n_image", "n_matched", "n_images", "n", "ci_low", "ci_high", "label", "similarity", "class"}
RANGES = {
    "accuracy": (0, 100),
    "recall": (0, 1),
    "probability": (0, 1),
    "similarity": (-1, 1),
    "n_text": (0, None),
    "n_image": (0, None),
}


class TableError(ValueError):
    """A table that does not hold what its schema declares."""


def check_ranges(table: pa.Table, name: str) -> None:
    """Raise TableError where a column with a declared range leaves it."""
    for column in set(RANGES) & set(table.column_names):
        low, high = RANGES[column]
        limits = pc.min_max(table[column].cast(pa.float64())).as_py() if len(table) else {"min": None, "max": None}
        if limits["min"] is not None and (limits["min"] < low or (high is not None and limits["max"] > high)):
            raise TableError(
                f"table {name}: {column} runs from {limits['min']} to {limits['max']}, allowed: {low} to {high}"
            )


def conform(table: pa.Table, name: str) -> pa.Table:
    """Cast a table to its declared columns and types; raise TableError where it cannot be, or lacks a value."""
    declared = pa.schema(SCHEMAS[name].items())
    if not set(declared.names) <= set(table.column_names):
        raise TableError(f"table {name}: columns {table.column_names}, declared: {declared.names}")
    conformed = table.select(declared.names).cast(declared)
    nulls = [column for column in declared.names if conformed[column].null_count and column not in NULLABLE]
    if nulls:
        raise TableError(f"table {name}: missing values in {nulls}")
    check_ranges(conformed, name)
    return conformed


def write_parquet(table: pa.Table, path: Path, **encoding: object) -> None:
    """Write a Parquet file atomically; the same table gives the same bytes."""
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, **KEPT, **encoding)


def write_table(rows: pa.Table | list[dict], name: str, path: Path, metadata: dict[str, str] | None = None) -> None:
    """Check rows against the schema ``name`` and write them as Parquet; ``metadata`` are facts of the whole table."""
    table = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows, pa.schema(SCHEMAS[name].items()))
    write_parquet(conform(table, name).replace_schema_metadata(metadata), path, **ENCODINGS.get(name, {}))


def write_csv(table: pd.DataFrame, path: Path, digits: int = 6) -> None:
    """Write a final table atomically, numbers with so many significant digits."""
    with atomic_path(path) as temporary:
        table.to_csv(temporary, index=False, float_format=f"%.{digits}g", lineterminator="\n")

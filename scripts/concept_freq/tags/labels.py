"""Label embeddings of a tagger: descriptions of each concept, embedded by a text tower, one row or many per concept."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from concept_freq.io.parquet import read_rows
from concept_freq.io.tables import write_parquet

TEMPLATE = "a photo of a {}."  # the article is always "a", as published
MODES = ("mean", "reweight")
Descriptions = dict[str, list[str]]


@dataclass(frozen=True)
class Labels:
    """Unit vectors ``rows``, (concepts, dim) or (concepts, descriptions, dim); ``mask`` where these are ragged."""

    rows: np.ndarray
    mask: np.ndarray | None = None


def parse_descriptions(content: object, where: str) -> Descriptions:
    """Concept -> descriptions of an upstream file: an object, or a list of objects; descriptions may be nested once."""
    entries = [item for part in (content if isinstance(content, list) else [content]) for item in part.items()]
    found = {}
    for concept, value in entries:
        texts = next(iter(value.values())) if isinstance(value, dict) and value else value
        if (
            not isinstance(texts, list)
            or not texts
            or not all(isinstance(text, str) and text.strip() for text in texts)
        ):
            raise ValueError(f"{where}: {concept!r}: expected a list of descriptions, none of them empty")
        found[concept] = texts
    return found


def merge_descriptions(files: list[Path]) -> Descriptions:
    """Descriptions of files in the order given; a concept that two files have is the later one's."""
    merged: Descriptions = {}
    for path in files:
        try:
            merged |= parse_descriptions(json.loads(path.read_text(encoding="utf-8")), str(path))
        except (OSError, AttributeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path}: cannot be read as descriptions ({error}); expected concept -> list") from error
    return merged


def average(rows: np.ndarray) -> np.ndarray:
    """Mean of unit rows (descriptions, dim), a unit vector again: the paper's one row per concept. (dim,)."""
    mean = rows.mean(axis=0)
    return mean / np.linalg.norm(mean)


def write_labels(rows_of: dict[str, np.ndarray], path: Path) -> None:
    """Write unit rows (descriptions, dim) of each concept: one table row per description, in order."""
    concepts = [concept for concept, rows in rows_of.items() for _ in rows]
    vectors = [row for rows in rows_of.values() for row in rows.astype(np.float32)]
    write_parquet(pa.table({"concept": concepts, "embedding": pa.array(vectors, pa.list_(pa.float32()))}), path)


def read_labels(path: Path, concepts: list[str]) -> Labels:
    """Labels of these concepts in their order; one without is an error. One row each is mode ``mean``."""
    table = read_rows(path)
    vectors, found = np.stack(table["embedding"].to_numpy()), np.array(table["concept"].to_pylist())
    places: dict[str, list[int]] = {}
    for i, concept in enumerate(found):
        places.setdefault(concept, []).append(i)
    if missing := [concept for concept in concepts if concept not in places]:
        raise ValueError(f"{path}: no label for {len(missing)} concepts, the first {missing[0]!r}; embed labels again")
    counts = [len(places[concept]) for concept in concepts]
    if max(counts) == 1:
        return Labels(vectors[[places[concept][0] for concept in concepts]])
    rows = np.zeros((len(concepts), max(counts), vectors.shape[1]), dtype=np.float32)
    mask = np.arange(max(counts)) < np.array(counts)[:, None]
    for i, concept in enumerate(concepts):
        rows[i, : counts[i]] = vectors[places[concept]]
    return Labels(rows, None if mask.all() else mask)

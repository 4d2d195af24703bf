"""Captions and tags like those of the web: words of a Zipfian vocabulary, names of concepts among them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from concept_freq.io.tables import ENCODINGS
from concept_freq.text.dictionary import tables
from concept_freq.text.lemmas import lemmas

BLOCK = 250_000  # captions that are made and written at a time
CAPTIONS = pa.schema({"shard": pa.string(), "row": pa.uint32(), "key": pa.string(), "caption": pa.string()}.items())
TAGS = pa.schema(
    {"shard": pa.string(), "row": pa.uint32(), "concept_id": pa.uint32(), "probability": pa.float16()}.items()
)


def make_vocabulary(rng: np.random.Generator) -> np.ndarray:
    """Words by rank: dictionary words in random order, then codes and made-up names. (400000,)."""
    words = np.array(sorted(word for word in tables()[1] if word.isascii() and word.isalpha()))
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz0123456789"))
    made = ["".join(rng.choice(letters, rng.integers(4, 9))) for _ in range(400_000 - len(words))]
    return np.concatenate([rng.permutation(words), made])


def make_concepts(words: np.ndarray, rng: np.random.Generator) -> list[str]:
    """As many concepts as the paper has, half of them of two or three words."""
    pool = [word for word in words[200:30_000] if len(word) > 2]
    names = {" ".join(rng.choice(pool, n)) for n in rng.choice([1, 2, 3], 6000, p=[0.5, 0.4, 0.1])}
    kept, seen = [], set()
    for name in sorted(names):
        if lemmas(name) not in seen:
            seen.add(lemmas(name))
            kept.append(name)
    return kept[:4029]


def make_captions(words: np.ndarray, concepts: list[str], n: int, rng: np.random.Generator) -> list[str]:
    """``n`` captions of some nine words each."""
    weights = 1 / np.arange(1, len(words) + 1)
    drawn = words[rng.choice(len(words), n * 9, p=weights / weights.sum())]
    ends = np.cumsum(np.maximum(1, rng.poisson(8.2, n)))
    drawn, names = np.resize(drawn, ends[-1]), rng.choice(concepts, n)
    style, accent, named = rng.integers(0, 4, n), rng.random(n) < 0.054, rng.random(n) < 0.3
    captions, start = [], 0
    for i, end in enumerate(ends):
        parts = [*drawn[start:end], names[i]] if named[i] else drawn[start:end]
        text = (" ", ", ", " ", " - ")[style[i]].join(parts)
        text = text.title() if style[i] == 0 else text.capitalize() + "."
        captions.append(text.replace("e", "é", 1) + "™" if accent[i] else text)
        start = end
    return captions


def write_corpus(folder: Path, n: int) -> list[str]:
    """Write ``n`` captions and eight tags for each, in blocks, unless they are there; returns the concepts."""
    rng = np.random.default_rng(0)
    words = make_vocabulary(rng)
    concepts = make_concepts(words, rng)
    if (folder / "tags.parquet").exists():
        return concepts
    weights = 1 / np.arange(1, len(concepts) + 1)
    with (
        pq.ParquetWriter(folder / "captions.parquet", CAPTIONS, compression="zstd") as captions,
        pq.ParquetWriter(folder / "tags.parquet", TAGS, compression="zstd", **ENCODINGS["image_tags"]) as tags,
    ):
        for block in range(0, n, BLOCK):
            size = min(BLOCK, n - block)
            shard, rows = [f"{block // BLOCK:05d}"], np.arange(size, dtype=np.uint32)
            texts = make_captions(words, concepts, size, rng)
            keys = pa.array([f"{i:09d}" for i in range(block, block + size)])
            captions.write_table(pa.table([shard * size, pa.array(rows), keys, pa.array(texts)], CAPTIONS))
            of_row = np.repeat(rows, 8)
            tagged = rng.choice(len(concepts), len(of_row), p=weights / weights.sum()).astype(np.uint32)
            probability = rng.uniform(0.5, 1, len(of_row)).astype(np.float16)
            tags.write_table(pa.table([shard * len(of_row), of_row, tagged, probability], TAGS))
    return concepts

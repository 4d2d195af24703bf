"""Concept hits straight from captions, without an index: for a fixed list of concepts, the fastest way to count.

The pass is compiled (concept_freq.kernel) and gives the hits that the index gives.
"""

import numpy as np
import pyarrow as pa
import regex

from concept_freq.counts import compiled as kernel
from concept_freq.counts.lexicon import Lexicon
from concept_freq.text.lemmas import fold

SEPARATOR = regex.compile(r"[^\p{L}\p{M}\p{N}]")


def buffers(captions: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bytes of a string array, and where each caption starts and ends; a null caption is empty."""
    captions = captions.cast(pa.large_string())
    _, places, data = captions.buffers()
    ends = np.frombuffer(places, dtype=np.int64)[captions.offset : captions.offset + len(captions) + 1]
    bytes_ = np.frombuffer(data, dtype=np.uint8) if data is not None and data.size else np.zeros(1, dtype=np.uint8)
    stops = ends[1:].copy()
    if captions.null_count:
        gone = captions.is_null().to_numpy(zero_copy_only=False)
        stops[gone] = ends[:-1][gone]
    return bytes_, ends[:-1], stops


def without_separators(text: str) -> str:
    """A text whose separators beyond ASCII are spaces: few characters are distinct, and only those are looked up."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).copy()
    beyond = np.flatnonzero(codes > 127)
    distinct, which = np.unique(codes[beyond], return_inverse=True)
    separates = np.array([bool(SEPARATOR.match(chr(code))) for code in distinct], dtype=bool)
    codes[beyond[separates[which]]] = ord(" ")
    return codes.tobytes().decode("utf-32-le")


def folded_buffers(captions: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Buffers of captions folded by Python, with no separator beyond ASCII: all of them as one text, a line each."""
    text = fold("\n".join(caption.replace("\n", " ") for caption in captions))
    data = np.frombuffer(without_separators(text).encode() + b"\n", dtype=np.uint8)
    stops = np.flatnonzero(data == ord("\n"))
    return data, np.concatenate([[0], stops[:-1] + 1]), stops


def match(captions: pa.Array, lexicon: Lexicon, mode: str) -> tuple[np.ndarray, np.ndarray]:
    """Hits of captions: their numbers and concept ids, sorted by number. ``unigram_spacy`` takes captions of nouns."""
    data, starts, ends = buffers(captions)
    beyond = np.flatnonzero(kernel.find_non_ascii(data, starts, ends))
    own_ends = ends.copy()
    own_ends[beyond] = starts[beyond]  # left to Python's Unicode rules
    phrase, extra = mode == "phrase", (kernel.LOWER, *lexicon.arrays, lexicon.n_concepts)
    rows, concepts = kernel.match_captions(data, starts, own_ends, phrase, *extra)
    if not len(beyond):
        return rows, concepts
    more, of_more = kernel.match_captions(*folded_buffers(captions.take(pa.array(beyond)).to_pylist()), phrase, *extra)
    rows = np.concatenate([rows, beyond[more].astype(rows.dtype)])
    order = np.argsort(rows, kind="stable")
    return rows[order], np.concatenate([concepts, of_more])[order]

"""Concept hits straight from captions, without an index: for a fixed list of concepts, the fastest way to count.

The pass is compiled (counts.compiled) and gives the hits that the index gives.
"""

import numpy as np
import pyarrow as pa
import regex

from concept_freq.counts.compiled import find_odd, match_captions
from concept_freq.counts.lexicon import Lexicon
from concept_freq.text.fold import BASELESS, fold_repaired, repair

SEPARATOR = regex.compile(r"[^\p{L}\p{M}\p{N}]")
MARK = regex.compile(r"\p{M}")


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
    """A text whose separators beyond ASCII, marks without a base among them, are spaces.

    Few characters are distinct, and only those are looked up.
    """
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).copy()
    beyond = np.flatnonzero(codes > 127)
    distinct, which = np.unique(codes[beyond], return_inverse=True)
    separates = np.array([bool(SEPARATOR.match(chr(code))) for code in distinct], dtype=bool)
    codes[beyond[separates[which]]] = ord(" ")
    plain = codes.tobytes().decode("utf-32-le")
    return regex.sub(BASELESS, " ", plain) if any(MARK.match(chr(code)) for code in distinct) else plain


def folded_buffers(captions: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Buffers of captions folded by Python, with no separator beyond ASCII: all of them as one text, a line each."""
    text = fold_repaired("\n".join(repair(caption).replace("\n", " ") for caption in captions))
    data = np.frombuffer(without_separators(text).encode() + b"\n", dtype=np.uint8)
    stops = np.flatnonzero(data == ord("\n"))
    return data, np.concatenate([[0], stops[:-1] + 1]), stops


def hits_of(captions: pa.Array, lexicon: Lexicon, mode: str) -> tuple[np.ndarray, np.ndarray]:
    """Hits of captions: their numbers and concept ids, sorted by number. ``unigram_spacy`` takes captions of nouns."""
    data, starts, ends = buffers(captions)
    odd = np.flatnonzero(find_odd(data, starts, ends))
    own_ends = ends.copy()
    own_ends[odd] = starts[odd]  # left to Python
    rows, concepts = match_captions(data, starts, own_ends, mode == "phrase", lexicon)
    if not len(odd):
        return rows, concepts
    folded = folded_buffers(captions.take(pa.array(odd)).to_pylist())
    more, of_more = match_captions(*folded, mode == "phrase", lexicon)
    rows = np.concatenate([rows, odd[more].astype(rows.dtype)])
    order = np.argsort(rows, kind="stable")
    return rows[order], np.concatenate([concepts, of_more])[order]

"""A concept list, compiled for one pass over captions: its tokens in a hash table, its forms as arrays.

Only tokens that some form can use are in it, found by inverting the lemmatiser (text.tokens_of), so that no vocabulary
of the captions is ever made.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from concept_freq.text.lemmas import lemmas, tokens_of, variants

MODES = ("phrase", "unigram", "unigram_spacy")

Form = tuple[tuple[str, ...], int]  # lemmas, concept id
EMPTY = -1


class Lexicon(NamedTuple):
    """Token table and forms, as the compiled pass takes them: arrays of int32, ``token_bytes`` of uint8.

    A slot holds a token's number or EMPTY; forms are grouped by their key lemma. ``token_at`` and ``term_at`` are
    offsets into ``token_bytes`` and ``form_terms``; ``form_at[l]`` to ``form_at[l + 1]`` are the forms whose key is
    lemma l, which is their term ``form_key``.
    """

    slots: np.ndarray
    token_bytes: np.ndarray
    token_at: np.ndarray
    token_lemma: np.ndarray
    form_at: np.ndarray
    form_concept: np.ndarray
    form_key: np.ndarray
    term_at: np.ndarray
    form_terms: np.ndarray
    n_concepts: int


def fnv1a(token: bytes) -> int:
    """FNV-1a hash of 64 bits; the kernel computes the same while it reads."""
    value = 14695981039346656037
    for byte in token:
        value = (value ^ byte) * 1099511628211 % 2**64
    return value


def hash_slots(tokens: list[bytes]) -> np.ndarray:
    """Open addressing, at most a quarter full."""
    slots = np.full(1 << max(4, (4 * len(tokens)).bit_length()), EMPTY, dtype=np.int32)
    for number, token in enumerate(tokens):
        place = fnv1a(token) & (len(slots) - 1)
        while slots[place] != EMPTY:
            place = (place + 1) & (len(slots) - 1)
        slots[place] = number
    return slots


def offsets(lengths: Sequence[int]) -> np.ndarray:
    """Where each of consecutive pieces starts, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)


def forms_of(names: list[tuple[str, ...]]) -> list[Form]:
    """Forms of concepts given as tuples of spellings; a spelling without letters or digits names nothing."""
    read = ((lemmas(name), i) for i, spellings in enumerate(names) for name in spellings)
    return [(variant, i) for form, i in read if form for variant in variants(form)]


def key_of(terms: tuple[str, ...], forms_with: Counter) -> int:
    """Which term of a form is looked at first: the one that the fewest forms share, of these the longest."""
    return min(range(len(terms)), key=lambda i: (forms_with[terms[i]], -len(terms[i]), i))


def distinct_forms(forms: list[Form], mode: str) -> tuple[list[Form], Counter]:
    """Forms as a mode sees them, each once and sorted, and how many of them use each lemma."""
    distinct = sorted({(terms if mode == "phrase" else tuple(sorted(set(terms))), i) for terms, i in forms})
    return distinct, Counter(term for terms, _ in distinct for term in set(terms))


def compile_lexicon(forms: list[Form], n_concepts: int, mode: str) -> Lexicon:
    """Compile forms for ``phrase`` (lemmas in order) or ``unigram`` (each lemma once, in any order)."""
    distinct, forms_with = distinct_forms(forms, mode)
    numbers = {term: n for n, term in enumerate(sorted(forms_with))}
    keyed = sorted((numbers[terms[key := key_of(terms, forms_with)]], terms, key, i) for terms, i in distinct)
    lexicon = sorted(tokens_of(set(numbers)).items())
    tokens = [token.encode() for token, _ in lexicon]
    return Lexicon(
        slots=hash_slots(tokens),
        token_bytes=np.frombuffer(b"".join(tokens) or b"\0", dtype=np.uint8),
        token_at=offsets([len(token) for token in tokens]),
        token_lemma=np.array([numbers[noun] for _, noun in lexicon], dtype=np.int32),
        form_at=offsets(np.bincount([key for key, *_ in keyed], minlength=len(numbers))),
        form_concept=np.array([i for *_, i in keyed], dtype=np.int32),
        form_key=np.array([key for _, _, key, _ in keyed], dtype=np.int32),
        term_at=offsets([len(terms) for _, terms, *_ in keyed]),
        form_terms=np.array([numbers[term] for _, terms, *_ in keyed for term in terms], dtype=np.int32),
        n_concepts=n_concepts,
    )

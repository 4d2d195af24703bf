"""The compiled pass over captions: bytes to tokens to lemmas to concept hits, without a Python object per caption.

Plain ASCII captions are read as they are; the others (``find_odd``) come already folded, as tokens joined by spaces,
for Unicode and HTML are read in Python. Both give exactly what text.lemmas and the two modes say (tests compare them).
"""

import numpy as np
from numba import njit

HASH_START, HASH_FACTOR = np.uint64(14695981039346656037), np.uint64(1099511628211)
APOSTROPHE, BACKTICK, AMPERSAND, SPACE, ZERO, LETTER_S = (np.uint8(ord(sign)) for sign in "'`& 0s")


def lower_bytes() -> np.ndarray:
    """Each byte of a token in lower case, 0 for what separates tokens; bytes beyond ASCII belong to tokens."""
    lower = np.zeros(256, dtype=np.uint8)
    for byte in b"abcdefghijklmnopqrstuvwxyz0123456789":
        lower[byte] = byte
    for byte in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        lower[byte] = byte + 32
    lower[128:] = np.arange(128, 256)
    return lower


LOWER = lower_bytes()


@njit(cache=True, nogil=True)
def has_entity_or_decade(data, start, end):
    """Whether bytes may hold an entity (& and what is no blank) or a decade's 's (0')."""
    for at in range(start + 1, end):
        before, byte = data[at - 1], data[at]
        if (before == AMPERSAND and byte > SPACE) or (before == ZERO and byte in (APOSTROPHE, BACKTICK)):
            return True
    return False


@njit(cache=True, nogil=True)
def find_odd(data, starts, ends):
    """Whether each caption holds a byte beyond ASCII, or what may be an entity or a decade's 's. boolean (n,)."""
    found = np.zeros(len(starts), dtype=np.bool_)
    for i in range(len(starts)):
        together, sign = np.uint8(0), False
        for at in range(starts[i], ends[i]):  # to the end, without a branch: many bytes at once
            byte = data[at]
            together |= byte
            sign |= (byte == AMPERSAND) | (byte == APOSTROPHE) | (byte == BACKTICK)
        found[i] = together >= 128 or (sign and has_entity_or_decade(data, starts[i], ends[i]))
    return found


@njit(cache=True, nogil=True)
def read_caption(data, start, end, lexicon, lemmas):
    """Fill ``lemmas`` with the caption's lemmas, -1 for tokens that no form uses; returns the number of tokens.

    The look-up is written out here: as a function of its own, called for every token, it costs three times the rest.
    """
    slots, token_bytes, token_at = lexicon.slots, lexicon.token_bytes, lexicon.token_at
    n, at, mask, lower = 0, start, np.uint64(len(slots) - 1), LOWER
    while at < end:
        byte = lower[data[at]]
        if byte == 0:
            at += 1
            continue
        first, value = at, HASH_START
        while byte != 0:
            value = (value ^ np.uint64(byte)) * HASH_FACTOR
            at += 1
            byte = lower[data[at]] if at < end else np.uint8(0)
        length = at - first
        alone = length == 1 and lower[data[first]] == LETTER_S
        if alone and first > start and data[first - 1] in (APOSTROPHE, BACKTICK):
            continue  # the s of 's is no token
        place = value & mask
        token = slots[place]
        lemmas[n] = -1
        while token >= 0:
            known = token_at[token]
            if token_at[token + 1] - known == length:
                same = True
                for i in range(length):
                    if lower[data[first + i]] != token_bytes[known + i]:
                        same = False
                        break
                if same:
                    lemmas[n] = lexicon.token_lemma[token]
                    break
            place = (place + np.uint64(1)) & mask
            token = slots[place]
        n += 1
    return n


@njit(cache=True, nogil=True)
def stands(lexicon, form, lemmas, position, n):
    """Whether a form's lemmas stand side by side among ``n`` lemmas, its key at ``position``."""
    first, length = lexicon.term_at[form], lexicon.term_at[form + 1] - lexicon.term_at[form]
    if length == 1:
        return True
    begin = position - lexicon.form_key[form]
    if begin < 0 or begin + length > n:
        return False
    for k in range(length):  # noqa: SIM110 (a generator costs more)
        if lemmas[begin + k] != lexicon.form_terms[first + k]:
            return False
    return True


@njit(cache=True, nogil=True)
def all_seen(lexicon, form, seen, i):
    """Whether each of a form's lemmas was last seen in caption ``i``."""
    for term in range(lexicon.term_at[form], lexicon.term_at[form + 1]):  # noqa: SIM110 (a generator costs more)
        if seen[lexicon.form_terms[term]] != i:
            return False
    return True


@njit(cache=True, nogil=True)
def match_captions(data, starts, ends, phrase, lexicon):
    """Concept hits of captions. Returns caption numbers and concept ids, (hits,) each, every pair once.

    ``phrase``: a form's lemmas stand side by side in order; otherwise all of them stand anywhere in the caption.
    """
    longest = 1
    for i in range(len(starts)):
        longest = max(longest, ends[i] - starts[i])
    lemmas = np.empty(longest, dtype=np.int32)
    seen = np.full(len(lexicon.form_at), -1, dtype=np.int64)  # by lemma: the last caption that has it
    hit = np.full(max(lexicon.n_concepts, 1), -1, dtype=np.int64)  # by concept: the last caption that names it
    rows = np.empty(max(1024, 2 * len(starts)), dtype=np.int32)
    concepts = np.empty(len(rows), dtype=np.int32)
    n_hits = 0
    for i in range(len(starts)):
        n = read_caption(data, starts[i], ends[i], lexicon, lemmas)
        if not phrase:
            for position in range(n):
                if lemmas[position] >= 0:
                    seen[lemmas[position]] = i
        for position in range(n):
            lemma = lemmas[position]
            if lemma < 0:
                continue
            for form in range(lexicon.form_at[lemma], lexicon.form_at[lemma + 1]):
                concept = lexicon.form_concept[form]
                if hit[concept] == i:
                    continue
                if stands(lexicon, form, lemmas, position, n) if phrase else all_seen(lexicon, form, seen, i):
                    hit[concept] = i
                    if n_hits == len(rows):
                        rows = np.concatenate((rows, np.empty_like(rows)))
                        concepts = np.concatenate((concepts, np.empty_like(concepts)))
                    rows[n_hits], concepts[n_hits] = i, concept
                    n_hits += 1
    return rows[:n_hits], concepts[:n_hits]


@njit(cache=True, nogil=True)
def count_matched(hit_keys, hit_concepts, tag_keys, tag_concepts, tag_probabilities, thresholds, counts):
    """Add to ``counts`` (thresholds, concepts) the hits whose sample also carries the concept's tag.

    Both sides are sorted by sample key; each sample's tags are few, so they are searched one by one.
    """
    tag = 0
    for hit in range(len(hit_keys)):
        key = hit_keys[hit]
        while tag < len(tag_keys) and tag_keys[tag] < key:
            tag += 1
        at = tag
        while at < len(tag_keys) and tag_keys[at] == key:
            if tag_concepts[at] == hit_concepts[hit]:
                for t in range(len(thresholds)):
                    if tag_probabilities[at] >= thresholds[t]:
                        counts[t, hit_concepts[hit]] += 1
            at += 1

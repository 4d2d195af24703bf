"""One reading of text for concept names and captions alike: fold, cut into tokens, reduce to lemmas.

Whatever is done here is done on both sides of every comparison, so that case, hyphens, underscores, possessives,
number and Unicode spelling can never make a name and a caption miss each other.
"""

import unicodedata
from functools import cache

import lemminflect
import regex

TOKEN = r"[\p{L}\p{M}\p{N}]+"  # valid for both RE2 (DuckDB) and Python's regex
POSSESSIVE = r"['’ʼ]s\b"
# Scripts written without spaces: each character is its own token, so that a phrase is still adjacent characters.
UNSPACED = regex.compile(r"([\p{Han}\p{Hiragana}\p{Katakana}])")
# The dictionary offers several lemmas or a misleading one for these common plurals.
EXCEPTIONS = {
    "leaves": "leaf",
    "dice": "dice",
    "glasses": "glass",
    "axes": "axe",
    "koinobori": "koinobori",
}


def fold(text: str) -> str:
    """Normalise to NFKC, fold case, drop possessive 's, set characters of unspaced scripts apart."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return UNSPACED.sub(r" \1 ", regex.sub(POSSESSIVE, "", folded))


@cache
def lemma(token: str) -> str:
    """Noun lemma of a folded token from a dictionary; an unknown English-looking plural only loses its s."""
    if token in EXCEPTIONS:
        return EXCEPTIONS[token]
    if not (token.isascii() and token.isalpha()):
        return token
    known = lemminflect.getAllLemmas(token, upos="NOUN").get("NOUN")
    if known and known[0]:
        return known[0]
    unknown = not lemminflect.getAllLemmas(token)
    plural = len(token) > 3 and token.endswith("s") and not token.endswith(("ss", "us", "is"))
    return token[:-1] if unknown and plural else token


def lemmas(text: str) -> tuple[str, ...]:
    """Lemmas of a text in order, e.g. ``"The dogs' T-shirt"`` -> ``("the", "dog", "t", "shirt")``."""
    return tuple(lemma(token) for token in regex.findall(TOKEN, fold(text)))

"""One reading of text for concept names and captions alike: fold, cut into tokens, reduce to lemmas.

Whatever is done here is done on both sides of every comparison, so that case, hyphens, underscores, possessives,
number and Unicode spelling can never make a name and a caption miss each other. tests/unit/caption_cases.tsv shows
every rule by examples.
"""

import re
import unicodedata
from functools import lru_cache

import regex

from concept_freq.text.dictionary import is_word, noun_lemma, words_of_lemmas

TOKEN = r"[\p{L}\p{M}\p{N}]+"  # valid for both RE2 (DuckDB) and Python's regex
POSSESSIVE = r"['’ʼ]s\b"
INVISIBLE = regex.compile(r"[\u00ad\u2060\ufeff\u200d]")  # soft hyphen, joiners: they show nothing and separate nothing
# Scripts written without spaces: each character is its own token, so that a phrase is still adjacent characters.
UNSPACED = regex.compile(
    r"([\p{Han}\p{Hiragana}\p{Katakana}]|[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}&&\p{L}]\p{M}*)", regex.V1
)
# The blocks that hold those scripts and combining marks: plain ranges are found ten times faster than scripts.
BLOCKS = re.compile(
    "[\u0300-\u036f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua9ff\uaa60-\uaadf\uf900-\uffef\U00016fe0-\U0003ffff]+"
)
NUMBERED = regex.compile(r"[a-z]?[0-9]{3}s")
LATIN = regex.compile(r"\p{Latin}+")
# Words for which the dictionary offers a misleading lemma, several, or none.
EXCEPTIONS = {
    **{"leaves": "leaf", "axes": "axe", "glasses": "glass", "oxen": "ox", "emojis": "emoji", "graffiti": "graffiti"},
    **{word: word for word in ("dice", "koinobori", "shorts", "goods", "media", "data", "does")},
    **{name: name for name in ("vegas", "andreas", "elias", "elvis", "jonas", "marcos", "matthias", "tobias", "xmas")},
    **{f"{acronym}s": acronym for acronym in ("tv", "cd", "pc", "dj", "rv", "uv", "ak", "mp", "vip", "dvd", "suv")},
}


def fold(text: str) -> str:
    """Normalise to NFKC, fold case, drop invisible characters and possessive 's, set unspaced characters apart."""
    folded = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold()
    return BLOCKS.sub(lambda run: UNSPACED.sub(r" \1 ", run[0]), regex.sub(POSSESSIVE, "", folded))


def singular(token: str) -> str:
    """Singular of a word that no dictionary knows, by its ending; words in -us and -ss stay."""
    if len(token) < 4 or not token.endswith("s") or token.endswith(("ss", "us")):
        return token
    if token.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return token[:-2]
    if token.endswith("ies") and noun_lemma(token[:-3] + "y"):
        return token[:-3] + "y"
    return token[:-1]


@lru_cache(1 << 15)
def lemma(token: str) -> str:
    """Noun lemma of a folded token: by dictionary, else by ending; 747s are 747, but the 1960s are not 1960."""
    if token in EXCEPTIONS:
        return EXCEPTIONS[token]
    if known := noun_lemma(token):
        return known
    if is_word(token) or not token.endswith("s"):
        return token
    if NUMBERED.fullmatch(token):
        return token[:-1]
    return singular(token) if LATIN.fullmatch(token) else token


def tokens_of(lemmas_wanted: set[str]) -> dict[str, str]:
    """Every token that has one of these lemmas -> its lemma: how a list of names is found without reading a corpus."""
    candidates = set(lemmas_wanted) | {word for word, noun in EXCEPTIONS.items() if noun in lemmas_wanted}
    for wanted in lemmas_wanted:
        candidates.update(words_of_lemmas().get(wanted, ()))
        candidates.update((f"{wanted}s", f"{wanted}es", f"{wanted[:-1]}ies"))
    return {token: lemma(token) for token in candidates if lemma(token) in lemmas_wanted}


def tokens(text: str) -> list[str]:
    """Folded tokens of a text in order."""
    return regex.findall(TOKEN, fold(text))


def lemmas(text: str) -> tuple[str, ...]:
    """Lemmas of a text in order, e.g. ``"The dogs' T-shirt"`` -> ``("the", "dog", "t", "shirt")``."""
    return tuple(lemma(token) for token in tokens(text))

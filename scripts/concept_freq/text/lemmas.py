"""One reading of text for concept names and captions alike: fold, cut into tokens, reduce to lemmas.

Whatever is done here is done on both sides of every comparison, so that case, hyphens, underscores, possessives,
number and Unicode spelling can never make a name and a caption miss each other. tests/unit/counts/caption_cases.tsv
shows every rule by examples.

A few plurals belong to several words, as axes do to axe and axis. In captions such a token stays as it is, and a name
is looked for under every token that may mean it (``variants``); a name's own form takes the first word (``lemmas``).
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import product

import regex

from concept_freq.text.dictionary import is_word, noun_lemma, several_lemmas, words_of_lemmas
from concept_freq.text.fold import fold

DECADE = regex.compile(r"(?:1[0-9]|20)?[0-9]0s")
NUMBERED = regex.compile(r"[0-9]{2,}s|[a-z0-9]*[a-z][0-9]+s")  # F-16s, PS5s; a single digit is a model, as iPhone 6s
LATIN = regex.compile(r"\p{Latin}+")
# Words for which the dictionary offers a misleading lemma, several, or none.
EXCEPTIONS = {
    **{"leaves": "leaf", "glasses": "glass", "oxen": "ox", "emojis": "emoji", "graffiti": "graffiti"},
    **{word: word for word in ("dice", "koinobori", "shorts", "goods", "media", "data", "does")},
    **{name: name for name in ("vegas", "andreas", "elias", "elvis", "jonas", "marcos", "matthias", "tobias", "xmas")},
    **{f"{acronym}s": acronym for acronym in ("tv", "cd", "pc", "dj", "rv", "uv", "ak", "mp", "vip", "dvd", "suv")},
    **{model: model for model in ("iphone4s", "iphone5s", "iphone6s")},
}


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
    if is_word(token) or not token.endswith("s") or DECADE.fullmatch(token):
        return token
    if NUMBERED.fullmatch(token):
        return token[:-1]
    return singular(token) if LATIN.fullmatch(token) else token


def readings(token: str) -> tuple[str, ...]:
    """Every lemma that a folded token may have; the first is that of ``lemma``."""
    return (lemma(token),) if token in EXCEPTIONS else several_lemmas().get(token) or (lemma(token),)


def caption_lemma(token: str) -> str:
    """What stands for a caption's token: its lemma, or the token itself where it may have several."""
    return token if len(readings(token)) > 1 else lemma(token)


@cache
def ambiguous() -> dict[str, list[str]]:
    """Lemma -> the tokens that may have it or another."""
    inverse: dict[str, list[str]] = {}
    for token in several_lemmas().keys() - EXCEPTIONS:
        for reading in readings(token):
            inverse.setdefault(reading, []).append(token)
    return {noun: sorted(tokens) for noun, tokens in inverse.items()}


def variants(form: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A form as captions may show it, in their lemmas; the form itself first."""
    return product(*((term, *ambiguous().get(term, ())) for term in form))


def tokens_of(lemmas_wanted: set[str]) -> dict[str, str]:
    """Every token that captions have under one of these lemmas: so names are found without reading a corpus."""
    candidates = set(lemmas_wanted) | {word for word, noun in EXCEPTIONS.items() if noun in lemmas_wanted}
    for wanted in lemmas_wanted:
        candidates.update(words_of_lemmas().get(wanted, ()))
        candidates.update((f"{wanted}s", f"{wanted}es", f"{wanted[:-1]}ies"))
    return {token: caption_lemma(token) for token in candidates if caption_lemma(token) in lemmas_wanted}


def tokens(text: str) -> list[str]:
    """Folded tokens of a text in order."""
    return fold(text).split()


def lemmas(text: str) -> tuple[str, ...]:
    """Lemmas of a text in order, e.g. ``"The dogs' T-shirt"`` -> ``("the", "dog", "t", "shirt")``."""
    return tuple(lemma(token) for token in tokens(text))

"""Nouns of captions by a real part-of-speech tagger: what the paper's ``unigram`` mode asks of a caption.

Only the restriction is spaCy's. Its nouns go through our lemmatiser like every other text, names included, and in
folded case, so the published implementation's faults (case, digits, last part of hyphenated words) do not return.
"""

import re
from collections.abc import Iterable, Iterator
from importlib import import_module

NOUNS = frozenset({"NOUN", "PROPN"})
NO_LETTER = re.compile("[^A-Za-z ]")


class TaggerMissingError(RuntimeError):
    """The spaCy model is not installed; the message says how to get it."""


def load_tagger(model: str):
    """A spaCy pipeline from an installed model package, without the parser and entity recogniser that nothing needs."""
    try:
        return import_module(model).load(exclude=["parser", "ner"])
    except ImportError as error:
        raise TaggerMissingError(
            f"mode unigram_spacy needs spaCy and the model package {model} ({error}): pip install both, "
            "or name an installed model as counting.spacy_model"
        ) from None


def nouns_of(captions: Iterable[str], tagger) -> Iterator[str]:
    """Each caption with nothing left but its nouns and proper nouns, between spaces."""
    for document in tagger.pipe(captions, batch_size=1000):
        yield " ".join(token.text for token in document if token.pos_ in NOUNS)


def noun_concepts(captions: Iterable[str], tagger) -> Iterator[set[str]]:
    """Concepts of each caption as the paper takes them: lemmas of its nouns, letters and spaces only, in lower case.

    A lemma without letters, which the published implementation keeps as a concept '', is left out.
    """
    for document in tagger.pipe(captions, batch_size=1000):
        lemmas = {NO_LETTER.sub("", token.lemma_).lower() for token in document if token.pos_ in NOUNS}
        yield lemmas - {""}

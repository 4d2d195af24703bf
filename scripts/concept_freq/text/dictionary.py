"""The noun dictionary of lemminflect (NIH's Specialist Lexicon), read as the data file that it is.

Importing the library would load spaCy where that is installed, two seconds for each of thousands of jobs, and copies
its tables at every look-up; the numbers are the same (tests/unit/text/test_text.py compares every word).
"""

import gzip
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path


def entries(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(word, part of speech, lemmas) of the table, then of its overrides."""
    with gzip.open(folder / "lemma_lu.csv.gz", "rt", encoding="utf-8") as file:
        yield from (tuple(line.rstrip("\n").split(",")) for line in file)
    for line in (folder / "lemma_overrides.csv").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield tuple(line.split(","))


@cache
def tables() -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """Folded word -> its noun lemmas, a name's only where no common word is spelt so; and all words."""
    (package,) = find_spec("lemminflect").submodule_search_locations
    nouns, names, words = {}, {}, set()
    for word, part_of_speech, lemmas in entries(Path(package) / "resources"):
        words.add(word.lower())
        if part_of_speech.lower() == "noun" and lemmas.split("/")[0]:
            (nouns if word.islower() else names)[word.lower()] = tuple(lemmas.lower().split("/"))
    return names | nouns, frozenset(words)


@cache
def several_lemmas() -> dict[str, tuple[str, ...]]:
    """Plurals that belong to several words, as axes and cookies do: the word -> its lemmas."""
    several = {}
    for word, found in tables()[0].items():
        single = tuple(dict.fromkeys(lemma for lemma in found if lemma.isalpha()))
        if word.isalpha() and word.endswith("s") and len(single) > 1 and word not in single:
            several[word] = single
    return several


def noun_lemma(word: str) -> str | None:
    """The dictionary's first noun lemma of a word; None where it has none."""
    return tables()[0].get(word, (None,))[0]


def is_word(word: str) -> bool:
    """Whether the dictionary has a word as any part of speech."""
    return word in tables()[1]


@cache
def words_of_lemmas() -> dict[str, list[str]]:
    """Noun lemma -> every word that has it."""
    inverse: dict[str, list[str]] = {}
    for word, (noun, *_) in tables()[0].items():
        inverse.setdefault(noun, []).append(word)
    return inverse

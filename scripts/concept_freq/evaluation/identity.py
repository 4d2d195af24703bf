"""The identity of a concept: its form, the lemmas of its name joined by blanks. No torch.

Spellings of one form are one concept, whose name is the first of them in the run's list.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from concept_freq.evaluation.classes import EvaluationClass
from concept_freq.evaluation.labels import quoted
from concept_freq.text.concepts import Concept, lemma_forms
from concept_freq.text.lemmas import lemmas

Forms = dict[tuple[str, ...], str]  # form -> concept: its first spelling in the run's list


def merged(spellings: Iterable[str]) -> list[Concept]:
    """Concepts of these spellings, sorted by name: the first one of a form names it, the others are its aliases."""
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for spelling in spellings:
        if form := lemmas(spelling):
            found.setdefault(form, {})[spelling] = None
    concepts = [Concept(name, tuple(aliases)) for name, *aliases in found.values()]
    return sorted(concepts, key=lambda concept: concept.name)


def named_by_form(named: Iterable[set[str]], forms: Forms) -> Iterator[set[str]]:
    """Sets of names as sets of concepts: those of one form are one, an unlisted one is its first spelling."""
    known = dict(forms)
    for names in named:
        yield {known.setdefault(form, name) for name in sorted(names) if (form := lemmas(name))}


def unlisted_classes(classes: Iterable[EvaluationClass], concepts: list[Concept]) -> list[str]:
    """Classes of a set that a concept list lacks, in their order: they are scored, and no point of any fit."""
    forms = lemma_forms(concepts)
    return [one.spelling for one in classes if lemmas(one.spelling) not in forms]


def told_unlisted(unlisted: list[str], of: int, path: Path) -> str:
    """One line on the names that a concept list lacks, of so many that are scored; empty where it holds them all."""
    return f"{path} lacks {len(unlisted)} of {of}, which no fit can use: {quoted(unlisted)}" if unlisted else ""

"""Write web-like captions for scenes whose content is known (templates are ours, names and keywords are real)."""

import re
from dataclasses import dataclass
from functools import cache

import lemminflect
import numpy as np

from concept_freq.text.concepts import Concept, split_list
from concept_freq.text.lemmas import lemma

TEMPLATES = (
    "{}",
    "{}",
    "a photo of {}",
    "picture of {}",
    "{} for sale",
    "cute drawing of {}",
    "{} - stock illustration",
    "{} isolated on a plain background",
    "vector art: {}",
    "look at {}!",
    "how to draw {}",
    "free download {}",
    "{} clipart, set of 12",
    "vintage print with {}",
)
# What a caption machine writes: it names what is there, once and by name.
CLEAN_TEMPLATES = (
    "an image of {}",
    "a picture showing {}",
    "this picture shows {}",
    "a detailed illustration of {}",
    "{} in front of a soft background",
)
# Words that hold a concept's letters and not its meaning: a substring counter trips over each of them.
_LOOKALIKES = """
antique bearded bellows breadth busy camelot carpet catalogue category chickenpox cowardly doggerel
doorway dressage elephantine fireproof fishy frogmarch goatee hammered horseradish keynote lemonade
mousse oxygen panorama peachy pearl pigment piglet raincoat ramp ratio ringleader rosemary scar
shipment snakebite starboard sundry teapot tigress tramp trainee wolfram
"""
LOOKALIKES = tuple(_LOOKALIKES.split())
LINKS = (" and ", " with ", ", ", " next to ", " & ", " / ")
NUMBERS = ("two", "three", "many", "some", "a few", "cute little")
FIXED_NUMBER = (" of ", " and ", " with ", " on ", "-go-", "-up ")


@dataclass(frozen=True)
class CaptionStyle:
    """Shares of the ways in which a caption departs from a plain list of names (see ``corpus:`` in the config)."""

    alias: float
    keyword: float
    omitted: float
    plural: float
    lookalike: float


@cache
def number_forms(form: str) -> tuple[str, str | None]:
    """(form as written, its plural), the plural None where the form is a plural already or has an inner head."""
    last = form.split()[-1]
    if lemma(last.casefold()) != last.casefold() or any(part in form for part in FIXED_NUMBER):
        return form, None
    plurals = lemminflect.getInflection(last, "NNS")
    return form, form[: -len(last)] + plurals[0] if plurals and lemma(plurals[0].casefold()) == lemma(
        last.casefold()
    ) else None


def pick(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    """One of the options, each as likely."""
    return options[rng.integers(len(options))]


def mention(rng: np.random.Generator, concept: Concept, style: CaptionStyle) -> str:
    """Refer to a concept by name, alias or (not naming it) keyword, in the singular or plural."""
    draw = rng.random()
    keywords = split_list(concept.extra.get("keywords", ""))
    if keywords and draw < style.keyword:
        return pick(rng, keywords)
    form = pick(rng, concept.aliases) if concept.aliases and draw < style.keyword + style.alias else concept.name
    single, plural = number_forms(form)
    if plural and rng.random() < style.plural:
        return f"{pick(rng, NUMBERS)} {plural}"
    return pick(rng, ("a ", "the ", "my ", "", "", "")) + single


def change_surface(rng: np.random.Generator, text: str) -> str:
    """Vary case, hyphens and punctuation as web captions do."""
    cases = (str.lower, str.lower, str.lower, str.capitalize, str.title, str.upper, str)
    text = cases[rng.integers(len(cases))](text)
    separators = ((" ", " "),) * 14 + ((" ", "-"), (" ", "_"))
    return text.replace(*separators[rng.integers(len(separators))]) + pick(rng, ("", "", "", ".", "!", " #art"))


def write_caption(rng: np.random.Generator, concepts: list[Concept], style: CaptionStyle) -> str:
    """Caption a scene of these concepts; all but the first may go unmentioned."""
    kept = [c for i, c in enumerate(concepts) if i == 0 or rng.random() >= style.omitted]
    order = rng.permutation(len(kept))
    body = pick(rng, LINKS).join(mention(rng, kept[i], style) for i in order)
    if rng.random() < style.lookalike:
        body += f", {pick(rng, LOOKALIKES)} collection"
    return change_surface(rng, pick(rng, TEMPLATES).format(body))


def clean_caption(rng: np.random.Generator, concepts: list[Concept]) -> str:
    """Caption a scene as a caption machine does: every concept by name, in a whole sentence."""
    names = [concepts[i].name for i in rng.permutation(len(concepts))]
    body = f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]
    text = pick(rng, CLEAN_TEMPLATES).format(body)
    return f"{text[0].upper()}{text[1:]}."


def plain(text: str) -> str:
    """Lower-case words separated by single spaces: the brute-force reading that the truth is based on."""
    return " ".join(re.sub(r"[^a-zé0-9]+", " ", text.lower().replace("'s", "")).split())


@cache
def surfaces(concepts: tuple[Concept, ...]) -> dict[str, frozenset[str]]:
    """Every written form (singular and plural, plain) with the concepts it names; independent of the text index."""
    found: dict[str, set[str]] = {}
    for concept in concepts:
        for form in concept.forms:
            *head, last = plain(form).split()
            single, plural = number_forms(form)
            for surface in (single, plural, " ".join([*head, lemma(last)])):
                found.setdefault(plain(surface or single), set()).add(concept.name)
    return {surface: frozenset(names) for surface, names in found.items()}


def named_concepts(caption: str, concepts: tuple[Concept, ...]) -> set[str]:
    """Concepts that a caption names in a declared form, by looking up every run of its words."""
    words, known = plain(caption).split(), surfaces(concepts)
    longest = max(len(surface.split()) for surface in known)
    runs = (" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(i + longest, len(words)) + 1))
    return {name for run in runs if run in known for name in known[run]}

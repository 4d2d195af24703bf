"""Queries of a retrieval set: which of its pictures and captions name which concept. No torch."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from concept_freq.evaluation.classes import read_lines
from concept_freq.evaluation.identity import Forms, named_by_form
from concept_freq.text.lemmas import lemmas, readings, tokens
from concept_freq.text.nouns import noun_concepts


def flattened(by_image: list[list[str]]) -> tuple[list[str], np.ndarray]:
    """All captions of a set in order, and the picture of each."""
    captions = [caption for several in by_image for caption in several]
    return captions, np.repeat(np.arange(len(by_image)), [len(several) for several in by_image])


def concepts_in(caption: str, forms: Forms) -> set[str]:
    """Concepts that a caption names as a phrase: the counting rule of mode ``phrase``."""
    words, longest = [readings(token) for token in tokens(caption)], max(map(len, forms))
    runs = (words[i : i + n] for i in range(len(words)) for n in range(1, longest + 1))
    return {forms[form] for run in runs for form in product(*run) if form in forms}


def positions_by_concept(named: list[set[str]]) -> dict[str, np.ndarray]:
    """Positions at which each concept occurs, concepts sorted."""
    positions: dict[str, list[int]] = {}
    for i, concepts in enumerate(named):
        for concept in concepts:
            positions.setdefault(concept, []).append(i)
    return {concept: np.array(found) for concept, found in sorted(positions.items())}


def queries_by_concept(named: list[set[str]], image_of: np.ndarray, least: int) -> dict[str, dict[str, np.ndarray]]:
    """Direction -> concept -> its queries: pictures (i2t) or captions (t2i) that name it, if ``least`` pictures do."""
    of_image: list[set[str]] = [set() for _ in range(image_of.max() + 1)]
    for image, concepts in zip(image_of, named, strict=True):
        of_image[image] |= concepts
    by_image = positions_by_concept(of_image)
    kept = {concept for concept, found in by_image.items() if len(found) >= least}
    directions = {"i2t": by_image, "t2i": positions_by_concept(named)}
    return {name: {c: queries for c, queries in of.items() if c in kept} for name, of in directions.items()}


def scored_nouns(by_image: list[list[str]], tagger, least: int) -> list[str]:
    """Spellings of the nouns that a set with these captions is scored on: ``least`` pictures name their form."""
    captions, image_of = flattened(by_image)
    named = list(noun_concepts(captions, tagger))
    scored = {lemmas(noun) for noun in queries_by_concept(list(named_by_form(named, {})), image_of, least)["i2t"]}
    return sorted(noun for noun in set().union(*named) if lemmas(noun) in scored)


def prompted(path: Path, tagger) -> list[str]:
    """What the prompts of a file name: its column ``concept`` (.tsv), else the nouns of its prompts, one a line."""
    table = pd.read_csv(path, sep="\t", dtype=str, quoting=3, keep_default_na=False) if path.suffix == ".tsv" else None
    if table is not None and "concept" in table:
        return table.concept.tolist()
    prompts = read_lines(path) if table is None else table["prompt"].tolist()
    return sorted(set().union(*noun_concepts(prompts, tagger)))

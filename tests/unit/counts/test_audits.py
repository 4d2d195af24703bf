"""Audits of counts: right ones pass, wrong sums and a lemmatiser that tells spellings apart are found."""

import pandas as pd
import pytest

from audit_counts import audit
from concept_freq.counts.build_index import build_index
from concept_freq.io.duck import connect
from concept_freq.io.tables import write_table
from concept_freq.text.concepts import Concept

CONCEPTS = [Concept("golden retriever", ("goldie",)), Concept("T-shirt"), Concept("rose")]
CAPTIONS = [
    ["a Golden-Retriever's ball", "goldie", "two t shirts"],
    ["ROSES", "golden retrievers", "a retriever, golden"],
]
COUNTS = [[2, 1, 0], [1, 0, 1]]


@pytest.fixture
def indices(tmp_path):
    """Two chunks, indexed."""
    for chunk, captions in enumerate(CAPTIONS):
        rows = [{"shard": f"{chunk}", "row": i, "key": f"{i}", "caption": text} for i, text in enumerate(captions)]
        write_table(rows, "captions", tmp_path / "captions.parquet")
        build_index(connect(), tmp_path / "captions.parquet", tmp_path / f"{chunk}.parquet")
    return sorted(tmp_path.glob("[01].parquet"))


def breaches(indices, chunks: list[list[int]], total: list[int]) -> dict[str, list[str]]:
    """Concepts that breach a check, by check."""
    names = [concept.name for concept in CONCEPTS]
    tables = [pd.DataFrame({"n_text": counts}, index=names) for counts in (*chunks, total)]
    found = audit(indices, tables[:-1], tables[-1], CONCEPTS, "phrase", 1)
    bad = {check: [name for name, wrong in zip(names, row, strict=True) if wrong] for check, row in found}
    return {check: wrong for check, wrong in bad.items() if wrong}


def test_right_counts_pass(indices):
    assert breaches(indices, COUNTS, [3, 1, 1]) == {}


def test_wrong_counts_are_found(indices):
    everyone = [concept.name for concept in CONCEPTS]
    sums, whole, chunk = (
        "all chunks at once give their sum",
        "the whole is the sum of its chunks",
        "no chunk exceeds the whole",
    )
    assert breaches(indices, COUNTS, [3, 1, 2]) == {sums: ["rose"], whole: ["rose"]}
    assert breaches(indices, COUNTS, [3, 0, 1]) == {sums: ["T-shirt"], whole: ["T-shirt"], chunk: ["T-shirt"]}
    assert breaches(indices, [COUNTS[0]], [3, 1, 1]) == {whole: ["golden retriever", "rose"]}
    assert breaches(indices[:1], [COUNTS[0]], [2, 1, 0]) == {}
    assert breaches(indices, [[0, 0, 0]], [0, 0, 0]) == {sums: everyone, "some concept is named": everyone}


def test_a_lemmatiser_that_tells_spellings_apart_is_found(indices, monkeypatch):
    monkeypatch.setattr("concept_freq.counts.lexicon.lemmas", lambda name: tuple(name.split()))
    found = breaches(indices, COUNTS, [3, 1, 1])
    assert "golden retriever" in found["spelling does not matter: hyphens"]
    assert "rose" in found["spelling does not matter: upper case"]

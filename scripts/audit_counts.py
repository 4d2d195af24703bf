"""Check invariants of one dataset's text counts by querying the index in equivalent ways.

Some concept is named at all. Spellings of a name (case, hyphens, underscores, possessive, number) count alike; aliases
only add; a phrase counts no more than its words in any order; all chunks asked at once give the sum of the chunks; no
chunk exceeds the whole.
"""

import argparse
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from concept_freq.counts.chunk import count_text
from concept_freq.counts.index_hits import register_forms
from concept_freq.counts.lexicon import forms_of
from concept_freq.io.duck import connect
from concept_freq.io.parquet import read_frame, verify
from concept_freq.io.tables import write_csv
from concept_freq.text.concepts import Concept, read_concepts
from concept_freq.text.lemmas import lemma, tokens, tokens_of


def other_number(name: str) -> str:
    """The name with its last word in another number, where the lemmatiser knows one."""
    *first, last = tokens(name)
    others = sorted(set(tokens_of({lemma(last)})) - {last}) if last.isascii() else []
    return " ".join([*first, others[0] if others else last])


SPELLINGS = {
    "upper case": str.upper,
    "hyphens": lambda name: name.replace(" ", "-"),
    "underscores": lambda name: name.replace(" ", "_").replace("-", "_"),
    "possessive": lambda name: f"{name}'s",
    "number": other_number,
}


def count(
    indices: list[Path], questions: dict[str, list[tuple[str, ...]]], mode: str, threads: int
) -> dict[str, np.ndarray]:
    """Text counts over all these indices at once, of each concept in each question's spellings: {question: (n,)}.

    One pass over the index; spellings with the same lemmas share one query.
    """
    read = {name: [frozenset(form for form, _ in forms_of([s])) for s in asked] for name, asked in questions.items()}
    numbers = {forms: i for i, forms in enumerate(dict.fromkeys(chain.from_iterable(read.values())))}
    db = connect(threads)
    register_forms(db, [(form, i) for forms, i in numbers.items() for form in sorted(forms)])
    counts = count_text(db, indices, mode, len(numbers))
    return {name: counts[[numbers[forms] for forms in asked]] for name, asked in read.items()}


def audit(
    indices: list[Path],
    chunks: list[pd.DataFrame],
    total: pd.DataFrame,
    concepts: list[Concept],
    mode: str,
    threads: int,
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each check with which concepts breach it: (n,). ``total`` has the concepts' order."""
    n_text = total.n_text.to_numpy()
    alone = {"alone": [(concept.name,) for concept in concepts]}
    spelt = {what: [(spell(concept.name),) for concept in concepts] for what, spell in SPELLINGS.items()}
    asked = count(indices, {**alone, **spelt, "all": [concept.forms for concept in concepts]}, mode, threads)
    words = count(indices, alone, "unigram", threads)
    yield "some concept is named", np.full(len(concepts), n_text.sum() == 0)
    for what in SPELLINGS:
        yield f"spelling does not matter: {what}", asked[what] != asked["alone"]
    yield "aliases only add", asked["alone"] > asked["all"]
    yield "a phrase is also its words", words["alone"] < asked["alone"]
    yield "all chunks at once give their sum", asked["all"] != n_text
    yield "the whole is the sum of its chunks", sum(chunk.n_text.to_numpy() for chunk in chunks) != n_text
    yield "no chunk exceeds the whole", np.max([chunk.n_text.to_numpy() for chunk in chunks], axis=0) > n_text


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, nargs="+", required=True)
    parser.add_argument("--chunks", type=Path, nargs="+", required=True, help="counts of each chunk")
    parser.add_argument("--counts", type=Path, required=True)
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--mode", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    concepts = read_concepts(args.concepts)
    order = [concept.name for concept in concepts]
    verify(args.index)
    total, *chunks = (read_frame(path).set_index("concept").loc[order] for path in (args.counts, *args.chunks))
    rows = [
        {
            "check": check,
            "concepts": len(order),
            "breaches": int(breach.sum()),
            "first": next((name for name, bad in zip(order, breach, strict=True) if bad), ""),
        }
        for check, breach in audit(args.index, chunks, total, concepts, args.mode, args.threads)
    ]
    write_csv(pd.DataFrame(rows), args.out)
    print(pd.DataFrame(rows).to_string(index=False))


if __name__ == "__main__":
    main()

"""Audit one dataset's text counts against what must hold of any: asked again of the index, in other ways.

Some concept is named at all. Spellings of a name (case, hyphens, underscores, possessive, number) count alike; aliases
only add; a phrase counts no more than its words in any order; all chunks asked at once give the sum of the chunks; no
chunk exceeds the whole.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from concept_freq.concepts import Concept, read_concepts
from concept_freq.counting import count_text
from concept_freq.database import connect
from concept_freq.hits import register_forms
from concept_freq.lexicon import Form, forms_of
from concept_freq.tables import write_csv
from concept_freq.text import lemma, tokens, tokens_of


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


def count(indices: list[Path], forms: list[Form], n: int, mode: str, threads: int) -> pd.Series:
    """Text counts of forms over all these indices at once. Returns (n,)."""
    db = connect(threads)
    register_forms(db, forms)
    return pd.Series(count_text(db, indices, mode, n))


def audit(
    indices: list[Path],
    chunks: list[pd.DataFrame],
    total: pd.DataFrame,
    concepts: list[Concept],
    mode: str,
    threads: int,
) -> Iterator[tuple[str, pd.Series]]:
    """Yield each check with the concepts that breach it. ``total`` has the concepts' order."""
    names, n = [concept.name for concept in concepts], len(concepts)

    def ask(spellings: list[tuple[str, ...]], way: str = mode) -> pd.Series:
        return count(indices, forms_of(spellings), n, way, threads)

    yield "some concept is named", pd.Series([total.n_text.sum() == 0] * n)
    alone, everything = ask([(name,) for name in names]), ask([concept.forms for concept in concepts])
    for what, spell in SPELLINGS.items():
        yield f"spelling does not matter: {what}", ask([(spell(name),) for name in names]) != alone
    yield "aliases only add", alone > everything
    yield "a phrase is also its words", ask([(name,) for name in names], "unigram") < alone
    yield "all chunks at once give their sum", everything != total.n_text.to_numpy()
    summed = sum(chunk.n_text.to_numpy() for chunk in chunks)
    yield "the whole is the sum of its chunks", pd.Series(summed != total.n_text.to_numpy())
    largest = np.max([chunk.n_text.to_numpy() for chunk in chunks], axis=0)
    yield "no chunk exceeds the whole", pd.Series(largest > total.n_text.to_numpy())


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
    total, *chunks = (pd.read_parquet(path).set_index("concept").loc[order] for path in (args.counts, *args.chunks))
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

"""Scores beside the counts of their concepts: by the concept of the run's list, or as a publication spells it."""

import sys

import pandas as pd

from concept_freq.text.lemmas import lemmas

SHOWN = 5  # names in a message
UNCOUNTED = ["pretraining", "task", "dataset", "concept", "class"]


def measured(counts: pd.DataFrame) -> bool:
    """Whether counts are of the run's concept list; published ones are kept by evaluation set and spelling."""
    return "dataset" not in counts


def uncounted(scores: pd.DataFrame, counts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """What is scored and stands in no concept list, and so in no fit; the gaps of published counts are theirs."""
    lacking = [
        scores[(scores.pretraining == name) & ~scores.concept.isin(table.concept)]
        for name, table in counts.items()
        if measured(table)
    ]
    found = pd.concat([scores.iloc[:0], *lacking])[UNCOUNTED]
    return found.drop_duplicates().sort_values(UNCOUNTED, ignore_index=True)


def tell_uncounted(lost: pd.DataFrame) -> None:
    """One line on the standard error for each pretraining and evaluation set that lost classes."""
    for (pretraining, dataset), rows in lost.groupby(["pretraining", "dataset"]):
        names = sorted(set(rows["class"]))
        more = ", ..." if len(names) > SHOWN else ""
        print(
            f"{dataset}: {len(names)} scored names are left out of the fits, for {pretraining} was counted without "
            f"them: {', '.join(map(repr, names[:SHOWN]))}{more}",
            file=sys.stderr,
        )


def published_spelling(points: pd.DataFrame, counts: pd.DataFrame) -> list[str]:
    """How published counts spell what is scored: as its set does, else as the first of them that reads the same."""
    known, alike = set(zip(counts.dataset, counts.concept, strict=True)), {}
    for dataset, concept in zip(counts.dataset, counts.concept, strict=True):
        alike.setdefault((dataset, lemmas(concept)), concept)
    return [
        spelling if (dataset, spelling) in known else alike.get((dataset, lemmas(spelling)), spelling)
        for dataset, spelling in zip(points.dataset, points["class"], strict=True)
    ]


def with_counts(points: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Scores of models trained on one dataset, with its counts; what was not counted is left out, never a zero."""
    if measured(counts):
        return points.merge(counts, on="concept", how="inner", validate="many_to_one")
    keys = ["dataset", "spelling"]
    spelt = points.assign(spelling=published_spelling(points, counts))
    published = counts.rename(columns={"concept": "spelling"})
    return spelt.merge(published, on=keys, how="inner", validate="many_to_one").drop(columns="spelling")

"""Concept lists: a name, its aliases, and every form under which a caption may name it."""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

from concept_freq.text.lemmas import lemmas


@dataclass(frozen=True)
class Concept:
    """One row of a concept list; ``extra`` keeps the columns beyond concept and aliases."""

    name: str
    aliases: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict, hash=False, compare=False)

    @property
    def forms(self) -> tuple[str, ...]:
        """The name and its aliases, as written."""
        return (self.name, *self.aliases)


def split_list(cell: str) -> tuple[str, ...]:
    """Parts of a ``a|b|c`` cell; an empty cell has none."""
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def spelling_key(name: str) -> str:
    """What the spellings of one name share: case, hyphens, underscores and spaces do not matter."""
    return re.sub(r"[\s_-]+", " ", name).casefold()


def read_concepts(path: Path) -> list[Concept]:
    """Read a TSV with a ``concept`` column, and optionally ``aliases`` (separated by ``|``) and others."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or "concept" not in rows[0]:
        raise ValueError(
            f"{path}: no rows with a 'concept' column; the first line must name the columns, tab-separated"
        )
    fixed = {"concept", "aliases"}
    return [
        Concept(
            row["concept"],
            split_list(row.get("aliases") or ""),
            {k: v for k, v in row.items() if k not in fixed},
        )
        for row in rows
    ]


def lemma_forms(concepts: list[Concept]) -> dict[tuple[str, ...], str]:
    """Map each declared form, as lemmas, to its concept; a form that two concepts share is an error."""
    owner: dict[tuple[str, ...], str] = {}
    for concept in concepts:
        for form in concept.forms:
            key = lemmas(form)
            if not key:
                raise ValueError(f"concept {concept.name!r}: form {form!r} holds no letter or digit; remove it")
            if owner.setdefault(key, concept.name) != concept.name:
                raise ValueError(
                    f"concepts {owner[key]!r} and {concept.name!r} share the form {form!r}; keep it in one"
                )
    return owner

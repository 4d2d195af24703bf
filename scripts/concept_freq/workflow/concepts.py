"""The concept list, checked before any job."""

import os

from snakemake.exceptions import WorkflowError

from concept_freq.workflow.registries import read_cells

MADE_CONCEPTS = "concepts/class_names.tsv"


def folded(name: str) -> str:
    """A name without case, hyphens and underscores."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def check_concepts(path: str) -> None:
    """Fail before any job where the concept list is missing or names a concept twice."""
    if not os.path.exists(path):
        raise WorkflowError(f"config: concepts: {path} does not exist")
    lines: dict[str, int] = {}
    for line, cells in read_cells(path):
        if "concept" not in cells:
            raise WorkflowError(f"{path}: line 1: no column 'concept' among {', '.join(cells)}; name it, tab-separated")
        name = folded(cells["concept"])
        if lines.setdefault(name, line) != line:
            raise WorkflowError(
                f"{path}: line {line}: concept {cells['concept']!r} is listed twice, first in line {lines[name]};"
                f" keep one row, and aliases in it"
            )

"""The concept list, checked before any job."""

from pathlib import Path

from snakemake.exceptions import WorkflowError

from concept_freq.text import concepts

MADE_CONCEPTS = "concepts/class_names.tsv"


def check_concepts(path: str) -> None:
    """Fail before any job where the concept list is missing, or names what no caption could tell apart."""
    try:
        concepts.check_concepts(Path(path))
    except ValueError as error:
        raise WorkflowError(f"config: concepts: {error}") from None

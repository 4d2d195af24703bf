"""How a derived dataset's samples are left out of its base, and what that takes."""

from typing import NamedTuple

from snakemake.exceptions import WorkflowError

from concept_freq.shards.names import table_name
from concept_freq.workflow.flags import flags


class Removal(NamedTuple):
    """What a derived dataset leaves out: ``how`` (similar or random), the evaluation set if similar, the share."""

    how: str
    dataset: str
    share: float


def removal_of(dataset) -> Removal:
    """The cell ``without`` of a derived dataset's row."""
    how, *compared, share = dataset.row.without.split(":")
    return Removal(how, "".join(compared), float(share))


def removal_flags(dataset) -> str:
    """Options of the program that chooses what a derived dataset leaves out."""
    removal = removal_of(dataset)
    return flags(how=removal.how, share=removal.share, seed=dataset.row.seed or "0")


def check_compared(study, name: str) -> None:
    """Stop where a derived dataset is compared with what this run lacks, or by a model that is not registered."""
    where = f"{study.config['registries']['pretraining']}: row {name!r}"
    removal = removal_of(study.datasets[name])
    if removal.how == "similar" and removal.dataset not in study.sets:
        raise WorkflowError(f"{where}: without: {removal.dataset!r} is not in config: downstream; add it there")
    if study.similarity not in study.registered_models:
        raise WorkflowError(
            f"config: similarity.model: {study.similarity!r} is not in {study.config['registries']['models']};"
            f" {name} needs a model that embeds pictures"
        )


def compared_chunks(study, name: str) -> list[str]:
    """What decides which samples a derived dataset goes without: a table for each chunk of its base."""
    check_compared(study, name)
    dataset, removal = study.datasets[name], removal_of(study.datasets[name])
    folder = f"similarity/{removal.dataset}" if removal.how == "similar" else "shard_embeddings"
    return dataset.base.per_chunk(f"<results>/{folder}/{{pretraining}}/{{chunk}}.parquet")


def base_truth(dataset, chunk: str) -> list[str]:
    """The truth about the shards of a base's chunk."""
    names = [table_name(shard.name) for shard in dataset.base.chunk(chunk).shards]
    return [f"<results>/truth/{dataset.base.name}/{name}.parquet" for name in names]

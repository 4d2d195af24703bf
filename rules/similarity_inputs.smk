"""Which datasets are made of others by leaving pictures out, and what that takes. No rules here."""

SIMILARITY_MODEL = config.get("similarity", {}).get("model", "")


def base_of(pretraining):
    """The dataset that a derived one is made of."""
    return REGISTERED_PRETRAINING.of[pretraining]


def left_out_of(pretraining):
    """How a derived dataset's samples are left out (similar or random), the evaluation set if similar, the share."""
    how, *dataset, share = REGISTERED_PRETRAINING.without[pretraining].split(":")
    return how, "".join(dataset), float(share)


def check_derived():
    """Stop before any job where a derived dataset's row contradicts itself, or what this run has."""
    for name in DERIVED:
        where = f"{config['registries']['pretraining']}: row {name!r}"
        if base_of(name) not in COUNTABLE or base_of(name) in DERIVED:
            known = ", ".join(base for base in COUNTABLE if base not in DERIVED)
            raise WorkflowError(f"{where}: of: {base_of(name)!r} has no shards of its own; those that do: {known}")
        if name in MEASURED:
            check_compared(name, where)


def check_compared(pretraining, where):
    """Stop where a derived dataset is compared with what this run lacks, by a model that is not registered."""
    how, dataset, _ = left_out_of(pretraining)
    if how == "similar" and dataset not in DOWNSTREAM.index:
        raise WorkflowError(f"{where}: without: {dataset!r} is not in config: downstream; add it there")
    if SIMILARITY_MODEL not in REGISTERED_MODELS.index:
        raise WorkflowError(
            f"config: similarity.model: {SIMILARITY_MODEL!r} is not in {config['registries']['models']};"
            f" {pretraining} needs a model that embeds pictures"
        )


check_derived()


def similarity_model():
    """The model that embeds the pictures to compare, as wildcards."""
    return named_model(SIMILARITY_MODEL)


def similarity_files():
    """Its weights, its architecture's file, and the recipe that came with it if it was fetched."""
    model = similarity_model()
    paths = {"checkpoint": checkpoint_of(model), "architecture": architecture_file(model), "recipe": recipe_file(model)}
    return {key: path.format(**vars(model)) if path else [] for key, path in paths.items()}


def compared_chunks(wildcards):
    """What decides which samples a derived dataset goes without: a table for each chunk of its base."""
    check_compared(wildcards.pretraining, f"{config['registries']['pretraining']}: row {wildcards.pretraining!r}")
    how, dataset, _ = left_out_of(wildcards.pretraining)
    base = base_of(wildcards.pretraining)
    folder = f"<results>/similarity/{dataset}/{base}" if how == "similar" else f"<results>/shard_embeddings/{base}"
    return [f"{folder}/{chunk}.parquet" for chunk in CHUNKS[base]]


def base_shard(wildcards):
    """Chunk and shard of the base that a derived dataset's shard is made of."""
    base = base_of(wildcards.pretraining)
    found = (
        (chunk, shard)
        for chunk, shards in CHUNKS[base].items()
        for shard in shards
        if shard_name(shard.location) == f"{wildcards.shard}.tar"
    )
    if pair := next(found, None):
        return pair
    raise WorkflowError(f"{base} has no shard {wildcards.shard}.tar")


def base_here(wildcards):
    """own_shards of base_shard."""
    return own_shards([base_shard(wildcards)[1]])


def base_kept(wildcards):
    """pinned_shards of base_shard."""
    chunk, shard = base_shard(wildcards)
    return pinned_shards(base_of(wildcards.pretraining), chunk, [shard])


def base_verified(wildcards):
    """verified of base_shard's chunk."""
    chunk, shard = base_shard(wildcards)
    return f"<results>/manifests/{base_of(wildcards.pretraining)}/{chunk}.tsv" if pinned_files([shard]) else []


def base_path(wildcards, path):
    """The shard's path, from what base_here or base_kept became in a job."""
    location = base_shard(wildcards)[1].location
    return f"{path}/{shard_name(location)}" if is_remote(location) else path


def base_truth(wildcards):
    """The truth about the base's shard."""
    return f"<results>/truth/{base_of(wildcards.pretraining)}/{wildcards.shard}.parquet"

"""Reads: raw shards, the tagger. Produces: sparse image tags and histograms of probabilities per chunk."""


rule tag_images:
    """Tag a chunk's pictures with every concept whose probability reaches the floor."""
    input:
        script=src("tag_images.py"),
        lib=lib("tag_images.py"),
        shards=shards_here,
        kept=ancient(shards_kept),
        verified=verified,
        concepts=config["concepts"],
        checkpoint=tagger_checkpoint(),
        architecture=tagger_architecture(),
        recipe=tagger_recipe(),
        labels=f"<results>/labels/{TAGGER['labels']}.parquet" if TAGGER["kind"] == "ram_plus" else [],
    output:
        tags="<results>/image_tags/{pretraining}/{chunk}.parquet",
        histograms="<results>/tag_histograms/{pretraining}/{chunk}.parquet",
        skipped="<results>/skipped/pictures/{pretraining}/{chunk}.parquet",
    log:
        "<logs>/tag_images/{pretraining}/{chunk}.log",
    benchmark:
        "<benchmarks>/tag_images/{pretraining}/{chunk}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(tagger_memory(TAGGER)),
        runtime=minutes(30, per_shard=1),
        gpu=gpus(TAGGER),
    params:
        tagger=tagger_flags(),
        recipe=lambda wildcards, input: optional("--preprocessing", input.recipe),
        speed=untracked(speed_flags(TAGGER)),
        labels=lambda wildcards, input: optional("--labels", input.labels),
        digest=chunk_digest,
        floor=min(config["counting"]["thresholds"]),
    shell:
        "python {input.script} --shards {input.shards:q} {input.kept:q} --checkpoint {input.checkpoint} --concepts {input.concepts}"
        " {params.tagger} {params.recipe} {params.speed} {params.labels} --floor {params.floor} --threads {threads} --skipped {output.skipped}"
        " --histograms {output.histograms} --out {output.tags} 2>&1 | tee {log}"


rule compare_tagger:
    """Tag one shard with another tagger, for the comparison (Fig. 22)."""
    input:
        script=src("tag_images.py"),
        lib=lib("tag_images.py"),
        shard=ancient(lambda wildcards: first_shard(compared_dataset())),
        # another shard in its place is seen by its manifest, or by its digest
        manifest=lambda wildcards: made_manifests(compared_dataset(), [first_chunk(compared_dataset())]),
        concepts=config["concepts"],
        checkpoint=lambda wildcards: tagger_checkpoint(COMPARED[wildcards.tagger]),
        architecture=lambda wildcards: tagger_architecture(COMPARED[wildcards.tagger]),
        recipe=lambda wildcards: tagger_recipe(COMPARED[wildcards.tagger]),
    output:
        tags="<results>/tagger_comparison/{tagger}.parquet",
        histograms=temp("<results>/tagger_comparison/{tagger}.histograms.parquet"),
        skipped=temp("<results>/tagger_comparison/{tagger}.skipped.parquet"),
    log:
        "<logs>/compare_tagger/{tagger}.log",
    wildcard_constraints:
        tagger=one_of(COMPARED),
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: tagger_memory(COMPARED[wildcards.tagger]) * attempt,
        runtime=minutes(25),
        gpu=lambda wildcards: gpus(COMPARED[wildcards.tagger]),
    params:
        shard=lambda wildcards, input: first_path(compared_dataset(), input.shard),
        digest=lambda wildcards: digest_of(CHUNKS[compared_dataset()][first_chunk(compared_dataset())][:1]),
        tagger=lambda wildcards: tagger_flags(COMPARED[wildcards.tagger]),
        recipe=lambda wildcards, input: optional("--preprocessing", input.recipe),
        speed=untracked(lambda wildcards: speed_flags(COMPARED[wildcards.tagger])),
        floor=min(config["counting"]["thresholds"]),
    shell:
        "python {input.script} --shards {params.shard:q} --checkpoint {input.checkpoint} --concepts {input.concepts}"
        " {params.tagger} {params.recipe} {params.speed} --floor {params.floor} --threads {threads} --skipped {output.skipped}"
        " --histograms {output.histograms} --out {output.tags} 2>&1 | tee {log}"

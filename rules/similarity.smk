"""Reads: raw shards, a model, evaluation sets. Produces: how alike they are, and datasets without the most similar."""


rule embed_shards:
    """Embed the pictures of a chunk, once for every evaluation set that it is compared with."""
    input:
        unpack(lambda wildcards: similarity_files()),
        script=src("embed_shards.py"),
        lib=lib("embed_shards.py"),
        shards=shards_here,
        kept=ancient(shards_kept),
        verified=verified,
    output:
        embeddings="<results>/shard_embeddings/{pretraining}/{chunk}.parquet",
        skipped="<results>/skipped/shard_embeddings/{pretraining}/{chunk}.parquet",
    log:
        "<logs>/embed_shards/{pretraining}/{chunk}.log",
    benchmark:
        "<benchmarks>/embed_shards/{pretraining}/{chunk}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(3000),
        runtime=minutes(30, per_shard=1),
        gpu=1,
    params:
        digest=chunk_digest,
        architecture=lambda wildcards: architecture_of(similarity_model()),
        preprocessing=lambda wildcards: optional("--preprocessing", preprocessing_of(similarity_model())),
        recipe=lambda wildcards, input: optional("--preprocessing", input.recipe),
        precision=config["evaluation"]["precision"],
        speed=untracked(speed_flags(config["evaluation"])),
    shell:
        "python {input.script} --shards {input.shards:q} {input.kept:q} --architecture {params.architecture}"
        " --checkpoint {input.checkpoint} {params.preprocessing} {params.recipe} --precision {params.precision}"
        " {params.speed} --threads {threads}"
        " --skipped {output.skipped} --out {output.embeddings} 2>&1 | tee {log}"


rule find_neighbours:
    """Similarity of a chunk's pictures to the nearest picture of an evaluation set."""
    input:
        script=src("find_neighbours.py"),
        lib=lib("find_neighbours.py"),
        embeddings="<results>/shard_embeddings/{pretraining}/{chunk}.parquet",
        evaluation=lambda wildcards: f"<results>/embeddings/{SIMILARITY_MODEL}/{wildcards.dataset}.safetensors",
    output:
        "<results>/similarity/{dataset}/{pretraining}/{chunk}.parquet",
    log:
        "<logs>/find_neighbours/{dataset}/{pretraining}/{chunk}.log",
    benchmark:
        "<benchmarks>/find_neighbours/{dataset}/{pretraining}/{chunk}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500, per_mb=1),
        runtime=minutes(20, per_shard=2),
    shell:
        "python {input.script} --embeddings {input.embeddings} --evaluation {input.evaluation}"
        " --out {output} 2>&1 | tee {log}"


rule choose_removed:
    """Choose the pictures that a derived dataset goes without, over all chunks of its base."""
    input:
        script=src("choose_removed.py"),
        lib=lib("choose_removed.py"),
        chunks=compared_chunks,
    output:
        "<results>/removed/{pretraining}.parquet",
    log:
        "<logs>/choose_removed/{pretraining}.log",
    wildcard_constraints:
        pretraining=one_of(DERIVED),
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500),
        runtime=minutes(30),
    params:
        chunks=lambda wildcards, input: files_of_chunks(input.chunks),
        how=lambda wildcards: left_out_of(wildcards.pretraining)[0],
        share=lambda wildcards: left_out_of(wildcards.pretraining)[2],
        seed=lambda wildcards: REGISTERED_PRETRAINING.seed[wildcards.pretraining] or 0,
    shell:
        "python {input.script} --chunks {params.chunks} --how {params.how} --share {params.share} --seed {params.seed}"
        " --out {output} 2>&1 | tee {log}"


rule filter_shard:
    """Copy a shard of the base without the pictures that a derived dataset goes without."""
    input:
        script=src("filter_shard.py"),
        lib=lib("filter_shard.py"),
        shard=base_here,
        kept=ancient(base_kept),
        verified=base_verified,
        removed="<results>/removed/{pretraining}.parquet",
    output:
        "<results>/shards/{pretraining}/{shard}.tar",
    log:
        "<logs>/filter_shard/{pretraining}/{shard}.log",
    wildcard_constraints:
        pretraining=one_of(DERIVED),
        shard="[^/]+",
    priority: FIRST
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500),
        runtime=minutes(30),
    params:
        shard=lambda wildcards, input: base_path(wildcards, input.shard or input.kept),
        digest=lambda wildcards: digest_of([base_shard(wildcards)[1]]),
    shell:
        "python {input.script} --shard {params.shard:q} --removed {input.removed} --out {output:q} 2>&1 | tee {log:q}"


rule filter_truth:
    """The truth about a shard that was filtered, where the base was composed."""
    input:
        script=src("filter_truth.py"),
        lib=lib("filter_truth.py"),
        truth=base_truth,
        removed="<results>/removed/{pretraining}.parquet",
    output:
        "<results>/truth/{pretraining}/{shard}.parquet",
    log:
        "<logs>/filter_truth/{pretraining}/{shard}.log",
    wildcard_constraints:
        pretraining=one_of([name for name in DERIVED if is_planted(name)]),
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --truth {input.truth} --removed {input.removed} --out {output} 2>&1 | tee {log}"

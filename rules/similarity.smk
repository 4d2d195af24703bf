"""Reads: raw shards, a model, evaluation sets. Produces: how alike they are, and datasets without the most similar."""


rule embed_shards:
    """Embed the pictures of a chunk, once for every evaluation set that it is compared with."""
    input:
        **code("embed_shards.py"),
        **SHARDS,
        checkpoint=lambda wildcards: study.similarity_model.checkpoint,
        architecture=lambda wildcards: study.similarity_model.architecture_file,
        recipe=lambda wildcards: study.similarity_model.recipe,
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
        digest=of_chunk("digest"),
        model=lambda wildcards: flags(
            architecture=study.similarity_model.architecture, preprocessing=study.similarity_model.preprocessing
        ),
        recipe=of_files(preprocessing="recipe"),
        precision=flags(precision=config["evaluation"]["precision"]),
        speed=untracked(speed_flags(config["evaluation"])),
    shell:
        program(
            "--shards {input.shards:q} {input.kept:q} --checkpoint {input.checkpoint:q}",
            "{params.model} {params.recipe} {params.precision} {params.speed} --threads {threads}",
            "--skipped {output.skipped:q} --out {output.embeddings:q}",
        )


rule find_neighbours:
    """Similarity of a chunk's pictures to the nearest picture of an evaluation set."""
    input:
        **code("find_neighbours.py"),
        embeddings="<results>/shard_embeddings/{pretraining}/{chunk}.parquet",
        evaluation=f"<results>/embeddings/{study.similarity}/{{dataset}}.safetensors",
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
        program("--embeddings {input.embeddings:q} --evaluation {input.evaluation:q} --out {output:q}")


rule choose_removed:
    """Choose the pictures that a derived dataset goes without, over all chunks of its base."""
    input:
        **code("choose_removed.py"),
        chunks=lambda wildcards: compared_chunks(study, wildcards.pretraining),
    output:
        "<results>/removed/{pretraining}.parquet",
    log:
        "<logs>/choose_removed/{pretraining}.log",
    wildcard_constraints:
        pretraining=one_of(study.derived),
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500),
        runtime=minutes(30),
    params:
        chunks=of_files(chunks="chunks"),
        removal=lambda wildcards: removal_flags(study.datasets[wildcards.pretraining]),
    shell:
        program("{params.chunks} {params.removal} --out {output:q}")


rule filter_chunk:
    """Copy a chunk of the base without the pictures that a derived dataset goes without."""
    input:
        **code("filter_chunk.py"),
        shards=of_base_chunk("own"),
        kept=ancient(of_base_chunk("kept")),
        verified=of_base_chunk("verified"),
        removed="<results>/removed/{pretraining}.parquet",
    output:
        directory("<results>/shards/{pretraining}/{chunk}"),
    log:
        "<logs>/filter_chunk/{pretraining}/{chunk}.log",
    wildcard_constraints:
        pretraining=one_of(study.derived),
    priority: FIRST
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500),
        runtime=minutes(30, per_shard=1),
    params:
        digest=of_base_chunk("digest"),
    shell:
        program("--shards {input.shards:q} {input.kept:q} --removed {input.removed:q} --out {output:q}")


rule filter_truth:
    """The truth about a chunk that was filtered, where the base was composed."""
    input:
        **code("filter_truth.py"),
        truth=lambda wildcards: base_truth(study.datasets[wildcards.pretraining], wildcards.chunk),
        removed="<results>/removed/{pretraining}.parquet",
    output:
        "<results>/truth/{pretraining}/{chunk}.parquet",
    log:
        "<logs>/filter_truth/{pretraining}/{chunk}.log",
    wildcard_constraints:
        pretraining=one_of([name for name in study.derived if study.datasets[name].is_planted]),
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        truth=of_files(truth="truth"),
    shell:
        program("{params.truth} --removed {input.removed:q} --out {output:q}")

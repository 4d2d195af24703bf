"""Reads: raw shards, the concept list. Produces: a tagger, its label embeddings, and sparse image tags per chunk."""


rule train_tagger:
    """Train an image tagger on balanced scenes; in the emoji world it stands in for RAM++."""
    input:
        script=src("train_tagger.py"),
        lib=lib("train_tagger.py"),
        concepts=config["concepts"],
        architecture=TAGGER.get("architecture", []),
        trunk=f"<resources>/files/{TAGGER_TRAINING['trunk']}" if TAGGER_TRAINING else [],
        pictures=rendered(picture_sets("train")),
    output:
        "<results>/models/tagger.pt",
    log:
        "<logs>/train_tagger.log",
    benchmark:
        "<benchmarks>/train_tagger.tsv"
    # the tags of every chunk wait for it
    priority: FIRST
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(3000),
        runtime=minutes(25),
    params:
        **{key: value for key, value in TAGGER_TRAINING.items() if key != "trunk"},
    shell:
        "python {input.script} --pictures {input.pictures} --concepts {input.concepts}"
        " --architecture {input.architecture} --trunk {input.trunk} --frozen-blocks {params.frozen_blocks} --steps {params.steps} --batch-size {params.batch_size}"
        " --learning-rate {params.learning_rate} --weight-decay {params.weight_decay}"
        " --positive-weight {params.positive_weight} --seed {params.seed}"
        " --threads {threads} --out {output} 2>&1 | tee {log}"


if "source" in TAGGER:

    rule retrieve_checkpoint:
        """Fetch the tagger's checkpoint; it has no other version, so an edit of the code fetches nothing again."""
        input:
            script=ancient(src("retrieve_checkpoint.py")),
            lib=ancient(lib("retrieve_checkpoint.py")),
        output:
            TAGGER["checkpoint"],
        log:
            "<logs>/retrieve_checkpoint.log",
        retries: 3
        localrule: True
        conda:
            "../envs/workflow.yaml"
        params:
            **TAGGER["source"],
        shell:
            "python {input.script} --address {params.address} --size {params.size} --out {output} 2>&1 | tee {log}"


rule describe_concepts:
    """Describe every concept in words, for RAM++: from files, by a chat model, or by the plain template."""
    input:
        script=src("describe_concepts.py"),
        lib=lib("describe_concepts.py"),
        concepts=config["concepts"],
        files=TAGGER.get("descriptions", {}).get("files", []),
    output:
        "<results>/labels/descriptions.json",
    log:
        "<logs>/describe_concepts.log",
    priority: FIRST
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        files=lambda wildcards, input: optional("--files", input.files),
        chat=" ".join(
            optional(f"--{key}", TAGGER.get("descriptions", {}).get(key, ""))
            for key in ("endpoint", "model", "answers")
        ),
        cache=lambda wildcards, output: f"{output}.answers",
    shell:
        "python {input.script} --concepts {input.concepts} {params.files} {params.chat} --cache {params.cache}"
        " --out {output} 2>&1 | tee {log}"


rule embed_labels:
    """Embed the descriptions with a CLIP text tower: one label per concept, or one per description."""
    input:
        script=src("embed_labels.py"),
        lib=lib("embed_labels.py"),
        concepts=config["concepts"],
        descriptions="<results>/labels/descriptions.json",
        architecture=lambda wildcards: architecture_file(text_model()),
        checkpoint=lambda wildcards: model_files(TAGGER["text_model"]),
    output:
        "<results>/labels/{mode}.parquet",
    log:
        "<logs>/embed_labels/{mode}.log",
    wildcard_constraints:
        mode="mean|reweight",
    priority: FIRST
    conda:
        "../envs/workflow.yaml"
    params:
        architecture=lambda wildcards: architecture_of(text_model()),
    shell:
        "python {input.script} --concepts {input.concepts} --descriptions {input.descriptions} --mode {wildcards.mode}"
        " --architecture {params.architecture} --checkpoint {input.checkpoint} --threads {threads}"
        " --out {output} 2>&1 | tee {log}"


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
        manifest=lambda wildcards: listed(compared_dataset(), [first_chunk(compared_dataset())]),
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

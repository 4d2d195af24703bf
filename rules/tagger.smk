"""Reads: pictures, the concept list, a checkpoint. Produces: a tagger, and label embeddings of the concepts."""


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
    resources:
        mem_mb=megabytes(2000, per_mb=3),
        runtime=minutes(30),
        gpu=1,
    params:
        architecture=lambda wildcards: architecture_of(text_model()),
    shell:
        "python {input.script} --concepts {input.concepts} --descriptions {input.descriptions} --mode {wildcards.mode}"
        " --architecture {params.architecture} --checkpoint {input.checkpoint} --threads {threads}"
        " --out {output} 2>&1 | tee {log}"

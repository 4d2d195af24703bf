"""Reads: pictures, the concept list, a checkpoint. Produces: a tagger, and label embeddings of the concepts."""

TAGGER = config.get("tagger", {})
DESCRIPTIONS = TAGGER.get("descriptions", {})

if "training" in TAGGER:

    rule train_tagger:
        """Train an image tagger on balanced scenes; in the emoji world it stands in for RAM++."""
        input:
            **code("train_tagger.py"),
            concepts=config["concepts"],
            architecture=TAGGER["architecture"],
            trunk=f"<resources>/files/{TAGGER['training']['trunk']}",
            pictures=study.picture_sets("train"),
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
            training=flags(**{key: value for key, value in TAGGER["training"].items() if key != "trunk"}),
        shell:
            program(
                "--pictures {input.pictures:q} --concepts {input.concepts:q} --architecture {input.architecture:q}",
                "--trunk {input.trunk:q} {params.training} --threads {threads} --out {output:q}",
            )


if "source" in TAGGER:

    rule retrieve_checkpoint:
        """Fetch the tagger's checkpoint; it has no other version, so an edit of the code fetches nothing again."""
        input:
            **code("retrieve_checkpoint.py", fetches=True),
        output:
            TAGGER["checkpoint"],
        log:
            "<logs>/retrieve_checkpoint.log",
        localrule: True
        conda:
            "../envs/workflow.yaml"
        params:
            source=flags(**TAGGER["source"]),
        shell:
            program("{params.source} --out {output:q}")


rule describe_concepts:
    """Describe every concept in words, for RAM++: from files, by a chat model, or by the plain template."""
    input:
        **code("describe_concepts.py"),
        concepts=config["concepts"],
        files=DESCRIPTIONS.get("files", []),
    output:
        "<results>/labels/descriptions.json",
    log:
        "<logs>/describe_concepts.log",
    priority: FIRST
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        files=of_files(files="files"),
        chat=flags(**{key: DESCRIPTIONS.get(key) for key in ("endpoint", "model", "answers")}),
        cache=lambda wildcards, output: flags(cache=f"{output}.answers"),
    shell:
        program("--concepts {input.concepts:q} {params.files} {params.chat} {params.cache} --out {output:q}")


rule embed_labels:
    """Embed the descriptions with a CLIP text tower: one label per concept, or one per description."""
    input:
        **code("embed_labels.py"),
        concepts=config["concepts"],
        descriptions="<results>/labels/descriptions.json",
        architecture=lambda wildcards: study.tagger.text_model.architecture_file,
        checkpoint=lambda wildcards: study.tagger.text_model.checkpoint,
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
        architecture=lambda wildcards: flags(architecture=study.tagger.text_model.architecture),
    shell:
        program(
            "--concepts {input.concepts:q} --descriptions {input.descriptions:q} --mode {wildcards.mode:q}",
            "{params.architecture} --checkpoint {input.checkpoint:q} --threads {threads} --out {output:q}",
        )

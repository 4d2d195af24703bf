"""Reads: models, evaluation sets, prompts. Produces: accuracy and recall per concept."""

PRECISION = flags(precision=config["evaluation"]["precision"])
SCORED = "--pretraining {wildcards.pretraining:q} --model {wildcards.pretraining:q}/{wildcards.backbone:q} --dataset {wildcards.dataset:q}"


rule embed_images:
    """Embed an evaluation set's pictures once; every prompt set and metric shares the result."""
    input:
        **code("embed_images.py"),
        shards=of_set("shards"),
        samples="<results>/samples/{dataset}.parquet",
        architecture=of_model("architecture_file"),
        checkpoint=of_model("checkpoint"),
        recipe=of_model("recipe"),
    output:
        embeddings="<results>/embeddings/{pretraining}/{backbone}/{dataset}.safetensors",
        skipped="<results>/skipped/evaluation/{pretraining}/{backbone}/{dataset}.parquet",
    log:
        "<logs>/embed_images/{pretraining}/{backbone}/{dataset}.log",
    benchmark:
        "<benchmarks>/embed_images/{pretraining}/{backbone}/{dataset}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(2000, per_mb=3),
        runtime=minutes(25),
        gpu=1,
    params:
        architecture=lambda wildcards: flags(architecture=of_model("architecture")(wildcards)),
        preprocessing=lambda wildcards: flags(preprocessing=of_model("preprocessing")(wildcards)),
        recipe=of_files(preprocessing="recipe"),
        precision=PRECISION,
        speed=untracked(speed_flags(config["evaluation"])),
    shell:
        program(
            "--shards {input.shards:q} {params.architecture} --checkpoint {input.checkpoint:q}",
            "{params.preprocessing} {params.recipe} {params.precision} {params.speed} --threads {threads}",
            "--skipped {output.skipped:q} --out {output.embeddings:q}",
        )


rule evaluate_classification:
    """Zero-shot accuracy per concept for every prompt set."""
    input:
        **code("evaluate_classification.py"),
        samples="<results>/samples/{dataset}.parquet",
        classes=of_set("class_names"),
        concepts=config["concepts"],
        templates=lambda wildcards: study.sets[wildcards.dataset].templates(study.prompts),
        embeddings="<results>/embeddings/{pretraining}/{backbone}/{dataset}.safetensors",
        architecture=of_model("architecture_file"),
        checkpoint=of_model("checkpoint"),
    output:
        "<results>/class_accuracy/{pretraining}/{backbone}/{dataset}.parquet",
    log:
        "<logs>/evaluate_classification/{pretraining}/{backbone}/{dataset}.log",
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(4000),
        runtime=minutes(25),
        gpu=1,
    params:
        architecture=lambda wildcards: flags(architecture=of_model("architecture")(wildcards)),
        prompts=flags(prompts=study.prompts.keys()),
        precision=PRECISION,
    shell:
        program(
            "--samples {input.samples:q} --embeddings {input.embeddings:q} --classes {input.classes:q}",
            "--concepts {input.concepts:q}",
            "{params.prompts} --templates {input.templates:q} {params.architecture}",
            "--checkpoint {input.checkpoint:q} {params.precision}",
            SCORED,
            "--threads {threads} --out {output:q}",
        )


rule evaluate_retrieval:
    """Recall@k per concept, from pictures to captions and back."""
    input:
        **code("evaluate_retrieval.py"),
        samples="<results>/samples/{dataset}.parquet",
        concepts=config["concepts"],
        embeddings="<results>/embeddings/{pretraining}/{backbone}/{dataset}.safetensors",
        architecture=of_model("architecture_file"),
        checkpoint=of_model("checkpoint"),
    output:
        "<results>/retrieval_recall/{pretraining}/{backbone}/{dataset}.parquet",
    log:
        "<logs>/evaluate_retrieval/{pretraining}/{backbone}/{dataset}.log",
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(4000),
        runtime=minutes(25),
        gpu=1,
    params:
        architecture=lambda wildcards: flags(architecture=of_model("architecture")(wildcards)),
        precision=PRECISION,
        nouns=lambda wildcards: flags(nouns_by=study.sets[wildcards.dataset].row.concepts == "nouns" and SPACY_MODEL),
        retrieval=flags(**config["retrieval"]),
    shell:
        program(
            "--samples {input.samples:q} --embeddings {input.embeddings:q} --concepts {input.concepts:q}",
            "{params.nouns} {params.architecture} --checkpoint {input.checkpoint:q} {params.precision}",
            SCORED,
            "{params.retrieval} --threads {threads} --out {output:q}",
        )

"""Reads: models, evaluation sets, prompts. Produces: accuracy and recall per concept."""


rule embed_images:
    """Embed an evaluation set's pictures once; every prompt set and metric shares the result."""
    input:
        script=src("embed_images.py"),
        lib=lib("embed_images.py"),
        shards=downstream_shards,
        samples="<results>/samples/{dataset}.parquet",
        architecture=architecture_file,
        checkpoint=checkpoint_of,
        recipe=recipe_file,
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
        architecture=architecture_of,
        preprocessing=lambda wildcards: optional("--preprocessing", preprocessing_of(wildcards)),
        recipe=lambda wildcards, input: optional("--preprocessing", input.recipe),
        precision=config["evaluation"]["precision"],
        speed=untracked(speed_flags(config["evaluation"])),
    shell:
        "python {input.script} --shards {input.shards:q} --architecture {params.architecture}"
        " --checkpoint {input.checkpoint} {params.preprocessing} {params.recipe} --precision {params.precision}"
        " {params.speed} --threads {threads}"
        " --skipped {output.skipped} --out {output.embeddings} 2>&1 | tee {log}"


rule evaluate_classification:
    """Zero-shot accuracy per concept for every prompt set."""
    input:
        script=src("evaluate_classification.py"),
        lib=lib("evaluate_classification.py"),
        samples="<results>/samples/{dataset}.parquet",
        classes=downstream_classes,
        templates=templates_of,
        embeddings="<results>/embeddings/{pretraining}/{backbone}/{dataset}.safetensors",
        architecture=architecture_file,
        checkpoint=checkpoint_of,
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
        architecture=architecture_of,
        prompts=list(PROMPTS),
        precision=config["evaluation"]["precision"],
    shell:
        "python {input.script} --samples {input.samples} --embeddings {input.embeddings} --classes {input.classes:q}"
        " --prompts {params.prompts} --templates {input.templates:q} --architecture {params.architecture}"
        " --checkpoint {input.checkpoint} --precision {params.precision} --pretraining {wildcards.pretraining}"
        " --model {wildcards.pretraining}/{wildcards.backbone} --dataset {wildcards.dataset} --threads {threads}"
        " --out {output} 2>&1 | tee {log}"


rule evaluate_retrieval:
    """Recall@k per concept, from pictures to captions and back."""
    input:
        script=src("evaluate_retrieval.py"),
        lib=lib("evaluate_retrieval.py"),
        samples="<results>/samples/{dataset}.parquet",
        concepts=config["concepts"],
        embeddings="<results>/embeddings/{pretraining}/{backbone}/{dataset}.safetensors",
        architecture=architecture_file,
        checkpoint=checkpoint_of,
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
        architecture=architecture_of,
        precision=config["evaluation"]["precision"],
        nouns=lambda wildcards: optional(
            "--nouns-by", SPACY_MODEL if DOWNSTREAM.concepts[wildcards.dataset] == "nouns" else ""
        ),
        k=config["retrieval"]["k"],
        min_images=config["retrieval"]["min_images"],
    shell:
        "python {input.script} --samples {input.samples} --embeddings {input.embeddings} --concepts {input.concepts}"
        " {params.nouns} --architecture {params.architecture} --checkpoint {input.checkpoint}"
        " --precision {params.precision} --pretraining {wildcards.pretraining}"
        " --model {wildcards.pretraining}/{wildcards.backbone} --dataset {wildcards.dataset} --k {params.k}"
        " --min-images {params.min_images} --threads {threads} --out {output} 2>&1 | tee {log}"

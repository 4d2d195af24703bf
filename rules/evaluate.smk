"""Reads: models, evaluation sets, prompts. Produces: accuracy and recall per concept."""


rule embed_images:
    """Embed an evaluation set's pictures once; every prompt set and metric shares the result."""
    input:
        script=src("embed_images.py"),
        lib=lib("embed_images.py"),
        shards=downstream_shards,
        architecture=lambda wildcards: BACKBONES.architecture[wildcards.backbone],
        checkpoint="<results>/models/{pretraining}/{backbone}.pt",
    output:
        "<results>/embeddings/{pretraining}/{backbone}/{dataset}.safetensors",
    log:
        "<logs>/embed_images/{pretraining}/{backbone}/{dataset}.log",
    benchmark:
        "<benchmarks>/embed_images/{pretraining}/{backbone}/{dataset}.tsv"
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --shards {input.shards:q} --architecture {input.architecture}"
        " --checkpoint {input.checkpoint} --threads {threads} --out {output} 2>&1 | tee {log}"


rule evaluate_classification:
    """Zero-shot accuracy per concept for every prompt set."""
    input:
        script=src("evaluate_classification.py"),
        lib=lib("evaluate_classification.py"),
        shards=downstream_shards,
        classes=downstream_classes,
        prompts=config["prompts"],
        embeddings="<results>/embeddings/{pretraining}/{backbone}/{dataset}.safetensors",
        architecture=lambda wildcards: BACKBONES.architecture[wildcards.backbone],
        checkpoint="<results>/models/{pretraining}/{backbone}.pt",
    output:
        "<results>/class_accuracy/{pretraining}/{backbone}/{dataset}.parquet",
    log:
        "<logs>/evaluate_classification/{pretraining}/{backbone}/{dataset}.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --shards {input.shards:q} --embeddings {input.embeddings} --classes {input.classes:q}"
        " --prompts {input.prompts} --architecture {input.architecture} --checkpoint {input.checkpoint}"
        " --pretraining {wildcards.pretraining} --model {wildcards.pretraining}/{wildcards.backbone}"
        " --dataset {wildcards.dataset} --threads {threads} --out {output} 2>&1 | tee {log}"


rule evaluate_retrieval:
    """Recall@k per concept, from pictures to captions and back."""
    input:
        script=src("evaluate_retrieval.py"),
        lib=lib("evaluate_retrieval.py"),
        shards=downstream_shards,
        concepts=config["concepts"],
        embeddings="<results>/embeddings/{pretraining}/{backbone}/{dataset}.safetensors",
        architecture=lambda wildcards: BACKBONES.architecture[wildcards.backbone],
        checkpoint="<results>/models/{pretraining}/{backbone}.pt",
    output:
        "<results>/retrieval_recall/{pretraining}/{backbone}/{dataset}.parquet",
    log:
        "<logs>/evaluate_retrieval/{pretraining}/{backbone}/{dataset}.log",
    conda:
        "../envs/workflow.yaml"
    params:
        k=config["retrieval"]["k"],
        min_images=config["retrieval"]["min_images"],
    shell:
        "python {input.script} --shards {input.shards:q} --embeddings {input.embeddings} --concepts {input.concepts}"
        " --architecture {input.architecture} --checkpoint {input.checkpoint}"
        " --pretraining {wildcards.pretraining} --model {wildcards.pretraining}/{wildcards.backbone}"
        " --dataset {wildcards.dataset} --k {params.k} --min-images {params.min_images}"
        " --threads {threads} --out {output} 2>&1 | tee {log}"

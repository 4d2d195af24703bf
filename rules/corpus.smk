"""Reads: pictures, tweet counts. Produces: the emoji world's shards, evaluation sets, and the truth about them."""


rule design_frequencies:
    """Decide how often each concept occurs in a composed dataset."""
    input:
        script=src("design_frequencies.py"),
        lib=lib("design_frequencies.py"),
        concepts=config["concepts"],
        tweets="<resources>/files/emoji_sentiment.csv",
    output:
        "<results>/design/{pretraining}.tsv",
    log:
        "<logs>/design_frequencies/{pretraining}.log",
    wildcard_constraints:
        pretraining=one_of(COMPOSABLE),
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        order=lambda wildcards: REGISTERED_PRETRAINING.order[wildcards.pretraining],
        samples=lambda wildcards: REGISTERED_PRETRAINING.samples[wildcards.pretraining],
        seed=lambda wildcards: REGISTERED_PRETRAINING.seed[wildcards.pretraining],
        decades=config["corpus"]["decades"],
    shell:
        "python {input.script} --concepts {input.concepts} --tweets {input.tweets} --order {params.order}"
        " --samples {params.samples} --decades {params.decades} --seed {params.seed} --out {output} 2>&1 | tee {log}"


rule compose_shard:
    """Compose one shard of captioned scenes, and the truth about it for the checks."""
    input:
        script=src("compose_shard.py"),
        lib=lib("compose_shard.py"),
        concepts=config["concepts"],
        design="<results>/design/{pretraining}.tsv",
        pictures=rendered(picture_sets("train")),
    output:
        shard="<results>/shards/{pretraining}/{shard}.tar",
        truth="<results>/truth/{pretraining}/{shard}.parquet",
    log:
        "<logs>/compose_shard/{pretraining}/{shard}.log",
    benchmark:
        "<benchmarks>/compose_shard/{pretraining}/{shard}.tsv"
    wildcard_constraints:
        pretraining=one_of(COMPOSABLE),
    priority: FIRST
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500),
        runtime=minutes(30),
    params:
        samples=lambda wildcards: REGISTERED_PRETRAINING.samples[wildcards.pretraining],
        seed=lambda wildcards: REGISTERED_PRETRAINING.seed[wildcards.pretraining],
        shard_size=config["corpus"]["shard_size"],
        side=config["corpus"]["side"],
        style=json.dumps(config["corpus"]["captions"]),
        wrong_captions=config["corpus"]["wrong_captions"],
        broken=config["corpus"]["broken"],
        synthetic=lambda wildcards: branch(
            REGISTERED_PRETRAINING.pictures[wildcards.pretraining] == "synthetic", then="--synthetic", otherwise=""
        ),
    shell:
        "python {input.script} --concepts {input.concepts} --pictures {input.pictures} --design {input.design}"
        " --samples {params.samples} --shard-size {params.shard_size} --side {params.side}"
        " --caption-style {params.style:q} --wrong-captions {params.wrong_captions} --broken {params.broken}"
        " {params.synthetic} --seed {params.seed} --truth {output.truth} --out {output.shard} 2>&1 | tee {log}"


rule compose_downstream:
    """Compose an evaluation set: held-out artists for classification, new scenes for retrieval."""
    input:
        script=src("compose_downstream.py"),
        lib=lib("compose_downstream.py"),
        concepts=config["concepts"],
        pictures=lambda wildcards: rendered(evaluation_sets(wildcards.dataset)),
    output:
        shard="<results>/downstream/{dataset}/test/0.tar",
        classes="<results>/downstream/{dataset}/classnames.txt",
    log:
        "<logs>/compose_downstream/{dataset}.log",
    conda:
        "../envs/workflow.yaml"
    params:
        task=lambda wildcards: DOWNSTREAM.task[wildcards.dataset],
        images=lambda wildcards: DOWNSTREAM.images[wildcards.dataset],
        seed=lambda wildcards: DOWNSTREAM.seed[wildcards.dataset],
        side=config["corpus"]["side"],
    shell:
        "python {input.script} --task {params.task} --concepts {input.concepts} --pictures {input.pictures}"
        " --images {params.images} --side {params.side} --seed {params.seed}"
        " --classes {output.classes} --out {output.shard} 2>&1 | tee {log}"

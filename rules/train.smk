"""Reads: raw shards. Produces: an open_clip model per pretraining dataset and backbone."""

TRAINED_PER_MINUTE = 10_000  # samples, on a slow machine


rule train_clip:
    """Train an open_clip model from scratch on a pretraining dataset."""
    input:
        script=src("train_clip.py"),
        lib=lib("train_clip.py"),
        shards=lambda wildcards: own_shards(SHARDS[wildcards.pretraining]),
        kept=ancient(lambda wildcards: all_pinned(wildcards.pretraining)),
        verified=all_verified,
        architecture=architecture_file,
    output:
        "<results>/models/{pretraining}/{backbone}.pt",
    log:
        "<logs>/train_clip/{pretraining}/{backbone}.log",
    benchmark:
        "<benchmarks>/train_clip/{pretraining}/{backbone}.tsv"
    # the longest go first, so that none is left to run alone at the end
    priority: lambda wildcards: training_length(wildcards.pretraining, wildcards.backbone)
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(3000, per_mb=3),
        runtime=lambda wildcards, attempt: attempt
        * int(20 + training_length(wildcards.pretraining, wildcards.backbone) / TRAINED_PER_MINUTE),
    params:
        objective=lambda wildcards: BACKBONES.objective[wildcards.backbone] or "clip",
        digest=lambda wildcards: digest_of(SHARDS[wildcards.pretraining]),
        samples_seen=lambda wildcards: training_length(wildcards.pretraining, wildcards.backbone),
        batch_size=lambda wildcards: BACKBONES.batch_size[wildcards.backbone],
        learning_rate=lambda wildcards: BACKBONES.learning_rate[wildcards.backbone],
        weight_decay=lambda wildcards: BACKBONES.weight_decay[wildcards.backbone],
        colour_jitter=lambda wildcards: BACKBONES.colour_jitter[wildcards.backbone],
        seed=lambda wildcards: BACKBONES.seed[wildcards.backbone],
    shell:
        "python {input.script} --shards {input.shards:q} {input.kept:q} --architecture {input.architecture}"
        " --objective {params.objective}"
        " --samples-seen {params.samples_seen} --batch-size {params.batch_size}"
        " --learning-rate {params.learning_rate} --weight-decay {params.weight_decay}"
        " --colour-jitter {params.colour_jitter} --seed {params.seed}"
        " --threads {threads} --out {output} 2>&1 | tee {log}"

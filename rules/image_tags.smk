"""Reads: raw shards, pictures by the training artists. Produces: the tagger and sparse image tags per chunk."""


rule train_tagger:
    """Train the image tagger on balanced scenes; it stands in for RAM++."""
    input:
        script=src("train_tagger.py"),
        lib=lib("train_tagger.py"),
        concepts=config["concepts"],
        architecture=config["tagger"]["architecture"],
        trunk=f"<resources>/files/{config['tagger']['trunk']}",
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
    params:
        **{key: value for key, value in config["tagger"].items() if key not in ("architecture", "trunk")},
    shell:
        "python {input.script} --pictures {input.pictures} --concepts {input.concepts}"
        " --architecture {input.architecture} --trunk {input.trunk} --frozen-blocks {params.frozen_blocks} --steps {params.steps} --batch-size {params.batch_size}"
        " --learning-rate {params.learning_rate} --weight-decay {params.weight_decay}"
        " --positive-weight {params.positive_weight} --seed {params.seed}"
        " --threads {threads} --out {output} 2>&1 | tee {log}"


rule tag_images:
    """Tag a chunk's pictures with every concept whose probability reaches the floor."""
    input:
        script=src("tag_images.py"),
        lib=lib("tag_images.py"),
        shards=chunk_shards,
        concepts=config["concepts"],
        architecture=config["tagger"]["architecture"],
        checkpoint="<results>/models/tagger.pt",
    output:
        tags="<results>/image_tags/{pretraining}/{chunk}.parquet",
        skipped="<results>/skipped/pictures/{pretraining}/{chunk}.parquet",
    log:
        "<logs>/tag_images/{pretraining}/{chunk}.log",
    benchmark:
        "<benchmarks>/tag_images/{pretraining}/{chunk}.tsv"
    conda:
        "../envs/workflow.yaml"
    params:
        floor=min(config["counting"]["thresholds"]),
    shell:
        "python {input.script} --shards {input.shards:q} --architecture {input.architecture}"
        " --checkpoint {input.checkpoint} --concepts {input.concepts} --floor {params.floor} --threads {threads}"
        " --skipped {output.skipped} --out {output.tags} 2>&1 | tee {log}"

"""Reads: raw shards, pictures by the training artists. Produces: the tagger and sparse image tags per chunk."""


rule train_tagger:
    """Train the image tagger on balanced scenes; it stands in for RAM++."""
    input:
        script=src("train_tagger.py"),
        lib=lib("train_tagger.py"),
        concepts=config["concepts"],
        architecture=config["tagger"]["architecture"],
        pictures=rendered(picture_sets("train")),
    output:
        "<results>/models/tagger.pt",
    log:
        "<logs>/train_tagger.log",
    benchmark:
        "<benchmarks>/train_tagger.tsv"
    # the tags of every chunk wait for it
    priority: 10
    params:
        **{key: value for key, value in config["tagger"].items() if key != "architecture"},
    shell:
        "python {input.script} --pictures {input.pictures} --concepts {input.concepts}"
        " --architecture {input.architecture} --steps {params.steps} --batch-size {params.batch_size}"
        " --learning-rate {params.learning_rate} --weight-decay {params.weight_decay} --seed {params.seed}"
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
    params:
        floor=min(config["counting"]["thresholds"]),
    shell:
        "python {input.script} --shards {input.shards:q} --architecture {input.architecture}"
        " --checkpoint {input.checkpoint} --concepts {input.concepts} --floor {params.floor} --threads {threads}"
        " --skipped {output.skipped} --out {output.tags} 2>&1 | tee {log}"

"""Reads: raw shards, published weights. Produces: an open_clip model per pretraining dataset and backbone."""

TRAINED_PER_MINUTE = 10_000  # samples, on a slow machine


rule train_clip:
    """Train an open_clip model from scratch on a pretraining dataset."""
    input:
        **code("train_clip.py"),
        shards=of_dataset("own"),
        kept=ancient(lambda wildcards: study.datasets[wildcards.pretraining].over_chunks(lambda chunk: chunk.kept)),
        verified=lambda wildcards: study.datasets[wildcards.pretraining].over_chunks(lambda chunk: chunk.verified),
        architecture=of_model("architecture_file"),
    output:
        "<results>/models/{pretraining}/{backbone}.pt",
    log:
        "<logs>/train_clip/{pretraining}/{backbone}.log",
    benchmark:
        "<benchmarks>/train_clip/{pretraining}/{backbone}.tsv"
    # the longest go first, so that none is left to run alone at the end
    priority: lambda wildcards: study.samples_seen(wildcards)
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(3000, per_mb=3),
        runtime=lambda wildcards, attempt: attempt * int(20 + study.samples_seen(wildcards) / TRAINED_PER_MINUTE),
    params:
        digest=lambda wildcards: study.datasets[wildcards.pretraining].whole.digest,
        shards=of_files(shards=("shards", "kept")),
        training=lambda wildcards: " ".join(
            [
                flags(objective=study.backbones[wildcards.backbone].objective or "clip"),
                flags(samples_seen=study.samples_seen(wildcards)),
                of_row(
                    study.backbones[wildcards.backbone],
                    *("batch_size", "learning_rate", "weight_decay", "colour_jitter", "seed"),
                ),
            ]
        ),
    shell:
        program(
            "{params.shards} --architecture {input.architecture:q} {params.training} --threads {threads}",
            "--out {output:q}",
        )


rule retrieve_model:
    """Fetch a published model and translate its checkpoint to open_clip, strictly."""
    input:
        **code("retrieve_model.py"),
        architecture=of_model("architecture_file"),
        checkpoint=of_model("local_checkpoint"),
    output:
        weights="<resources>/models/{pretraining}/{backbone}.safetensors",
        recipe="<resources>/models/{pretraining}/{backbone}.json",
    log:
        "<logs>/retrieve_model/{pretraining}/{backbone}.log",
    # what cannot be fetched is known before anything else has run
    priority: FIRST
    conda:
        "../envs/workflow.yaml"
    params:
        model=lambda wildcards: of_row(
            of_model("row")(wildcards), "architecture", "source", "format", "preprocessing", "sha256"
        ),
        cache=lambda wildcards, output: flags(cache=Path(output.weights).parents[1] / "fetched"),
    shell:
        program("{params.model} {params.cache} --recipe {output.recipe:q} --out {output.weights:q}")

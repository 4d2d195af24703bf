"""Reads: raw shards, the tagger. Produces: sparse image tags and histograms of probabilities per chunk."""

FLOOR = flags(floor=min(THRESHOLDS))

if study.tagger:

    rule tag_images:
        """Tag a chunk's pictures with every concept whose probability reaches the floor."""
        input:
            **code("tag_images.py"),
            **SHARDS,
            concepts=config["concepts"],
            checkpoint=study.tagger.checkpoint,
            architecture=study.tagger.architecture_file,
            recipe=study.tagger.recipe,
            labels=study.tagger.labels,
        output:
            tags="<results>/image_tags/{pretraining}/{chunk}.parquet",
            histograms="<results>/tag_histograms/{pretraining}/{chunk}.parquet",
            skipped="<results>/skipped/pictures/{pretraining}/{chunk}.parquet",
        log:
            "<logs>/tag_images/{pretraining}/{chunk}.log",
        benchmark:
            "<benchmarks>/tag_images/{pretraining}/{chunk}.tsv"
        conda:
            "../envs/workflow.yaml"
        resources:
            mem_mb=megabytes(study.tagger.memory_mb),
            runtime=minutes(30, per_shard=1),
            gpu=study.tagger.gpus,
        params:
            tagger=study.tagger.flags,
            files=of_files(preprocessing="recipe", labels="labels"),
            speed=untracked(speed_flags(study.tagger.settings)),
            digest=of_chunk("digest"),
            floor=FLOOR,
        shell:
            program(
                "--shards {input.shards:q} {input.kept:q} --checkpoint {input.checkpoint:q}",
                "--concepts {input.concepts:q} {params.tagger} {params.files} {params.speed} {params.floor}",
                "--threads {threads} --skipped {output.skipped:q} --histograms {output.histograms:q}",
                "--out {output.tags:q}",
            )

    rule tabulate_tags:
        """Tabulate tags per picture, and flag a tagger that gives most of the list to most pictures."""
        input:
            **code("tabulate_tags.py"),
            tags=study.over_chunks("<results>/image_tags/{pretraining}/{chunk}.parquet", study.tagged),
            histograms=study.over_chunks("<results>/tag_histograms/{pretraining}/{chunk}.parquet", study.tagged),
            concepts=config["concepts"],
        output:
            table("tags_per_picture"),
        log:
            "<logs>/tabulate_tags.log",
        localrule: True
        conda:
            "../envs/workflow.yaml"
        params:
            files=of_files(tags="tags", histograms="histograms"),
            tags=flags(**TAGS),
        shell:
            program("{params.files} --concepts {input.concepts:q} {params.tags} --out {output:q}")


rule compare_tagger:
    """Tag one shard with another tagger, for the comparison (Fig. 22)."""
    input:
        **code("tag_images.py"),
        shard=ancient(lambda wildcards: study.compared_dataset.first.here),
        # another shard in its place is seen by its manifest, or by its digest
        manifest=lambda wildcards: study.compared_dataset.first_chunk.unlisted,
        concepts=config["concepts"],
        checkpoint=of_compared("checkpoint"),
        architecture=of_compared("architecture_file"),
        recipe=of_compared("recipe"),
    output:
        tags="<results>/tagger_comparison/{tagger}.parquet",
        histograms=temp("<results>/tagger_comparison/{tagger}.histograms.parquet"),
        skipped=temp("<results>/tagger_comparison/{tagger}.skipped.parquet"),
    log:
        "<logs>/compare_tagger/{tagger}.log",
    wildcard_constraints:
        tagger=one_of(study.compared),
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: study.compared[wildcards.tagger].memory_mb * attempt,
        runtime=minutes(25),
        gpu=of_compared("gpus"),
    params:
        shard=lambda wildcards, input: study.compared_dataset.first.path(input.shard),
        digest=lambda wildcards: study.compared_dataset.first.digest,
        tagger=of_compared("flags"),
        recipe=of_files(preprocessing="recipe"),
        speed=untracked(lambda wildcards: speed_flags(study.compared[wildcards.tagger].settings)),
        floor=FLOOR,
    shell:
        program(
            "--shards {params.shard:q} --checkpoint {input.checkpoint:q} --concepts {input.concepts:q}",
            "{params.tagger} {params.recipe} {params.speed} {params.floor} --threads {threads}",
            "--skipped {output.skipped:q} --histograms {output.histograms:q} --out {output.tags:q}",
        )

"""Reads: captions, text index, image tags, shards, ratings. Produces: pairs to rate, and how far misalignment holds."""


rule sample_pairs:
    """Draw pairs for raters, with their pictures; all but those of remote shards from the whole dataset (Table 7)."""
    input:
        **code("sample_pairs.py"),
        captions=per_sampled_chunk("<results>/captions/{pretraining}/{chunk}.parquet"),
        index=per_sampled_chunk(MAIN_INDEX),
        tags=per_sampled_chunk("<results>/image_tags/{pretraining}/{chunk}.parquet"),
        skipped=per_sampled_chunk("<results>/skipped/pictures/{pretraining}/{chunk}.parquet"),
        # they say where the shards lie, and change with them
        manifests=lambda wildcards: [
            path for chunk in study.datasets[wildcards.pretraining].sampled for path in chunk.unlisted
        ],
        fetched=ancient(lambda wildcards: study.datasets[wildcards.pretraining].first_chunk.fetched),
        concepts=config["concepts"],
    output:
        "<results>/rating/{pretraining}/pairs.parquet",
    log:
        "<logs>/sample_pairs/{pretraining}.log",
    benchmark:
        "<benchmarks>/sample_pairs/{pretraining}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500),
        runtime=minutes(60),
    params:
        files=of_files(
            captions="captions",
            index="index",
            tags="tags",
            skipped="skipped",
            manifests="manifests",
            fetched="fetched",
        ),
        settings=flags(mode=MODE, **TAGS, pairs=config["checks"]["rated_pairs"], seed=config["analysis"]["seed"]),
    shell:
        program(
            "--pretraining {wildcards.pretraining:q} {params.files} --concepts {input.concepts:q} {params.settings}",
            "--threads {threads} --out {output:q}",
        )


rule rate_by_truth:
    """Judge a composed dataset's sampled pairs by what was planted."""
    input:
        **code("rate_by_truth.py"),
        pairs="<results>/rating/{pretraining}/pairs.parquet",
        truth=of_dataset("truth"),
    output:
        "<results>/rating/{pretraining}/truth.csv",
    log:
        "<logs>/rate_by_truth/{pretraining}.log",
    wildcard_constraints:
        pretraining=one_of(study.composed),
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        truth=of_files(truth="truth"),
    shell:
        program("--pairs {input.pairs:q} {params.truth} --out {output:q}")


rule tabulate_ratings:
    """Tabulate true misalignment as raters see it, with intervals, and how far they agree (Table 7)."""
    input:
        **code("tabulate_ratings.py"),
        pairs=expand("<results>/rating/{pretraining}/pairs.parquet", pretraining=study.rated),
        truth=expand("<results>/rating/{pretraining}/truth.csv", pretraining=study.composed),
        ratings=study.rating_files,
        planted=expand("<results>/truth/{pretraining}.parquet", pretraining=study.composed),
    output:
        table=table("rated_misalignment"),
        agreement=table("rater_agreement"),
    log:
        "<logs>/tabulate_ratings.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        program(
            "--pairs {input.pairs:q} --ratings {input.truth:q} {input.ratings:q} --planted {input.planted:q}",
            "--agreement {output.agreement:q} --out {output.table:q}",
        )

"""Reads: shards, captions, tags, rated pairs. Produces: sheets of pictures, to judge counts by eye."""


rule figure_contact_sheet:
    """Draw samples of a dataset with their captions and tags."""
    input:
        **code("figure_contact_sheet.py"),
        shard=ancient(lambda wildcards: study.datasets[wildcards.pretraining].first.here),
        captions=per_first_chunk("<results>/captions/{pretraining}/{chunk}.parquet"),
        tags=per_first_chunk("<results>/image_tags/{pretraining}/{chunk}.parquet"),
        concepts=config["concepts"],
    output:
        **figure("contact_sheet_{pretraining}", "contact sheet, {pretraining}", caption="contact_sheet"),
    log:
        "<logs>/figure_contact_sheet/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        shard=lambda wildcards, input: shard_flag(study.datasets[wildcards.pretraining], input),
        tags=flags(**TAGS),
    shell:
        program(
            "{params.shard} --captions {input.captions:q} --tags {input.tags:q} --concepts {input.concepts:q}",
            "{params.tags} --out {output.png:q}",
        )


rule figure_thresholds:
    """Draw a sheet of pictures with the tags that each threshold adds (Fig. 23)."""
    input:
        **code("figure_thresholds.py"),
        shard=ancient(lambda wildcards: study.datasets[wildcards.pretraining].first.here),
        tags=per_first_chunk("<results>/image_tags/{pretraining}/{chunk}.parquet"),
        concepts=config["concepts"],
    output:
        **figure("thresholds_{pretraining}", "tags by threshold, {pretraining}", caption="thresholds"),
    log:
        "<logs>/figure_thresholds/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        shard=lambda wildcards, input: shard_flag(study.datasets[wildcards.pretraining], input),
        tags=flags(thresholds=THRESHOLDS, threshold_rule=TAGS["threshold_rule"]),
    shell:
        program("{params.shard} --tags {input.tags:q} --concepts {input.concepts:q} {params.tags} --out {output.png:q}")


rule figure_misaligned:
    """Draw a sheet of pairs that are called misaligned, with captions and tags (Fig. 26)."""
    input:
        **code("figure_misaligned.py"),
        pairs="<results>/rating/{pretraining}/pairs.parquet",
    output:
        **figure("misaligned_{pretraining}", "misaligned pairs, {pretraining}", caption="misaligned"),
    log:
        "<logs>/figure_misaligned/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        program("--pairs {input.pairs:q} --out {output.png:q}")


rule figure_tagger_comparison:
    """Draw the same pictures as several taggers see them, and tabulate how they agree (Fig. 22)."""
    input:
        **code("figure_tagger_comparison.py"),
        shard=ancient(lambda wildcards: study.compared_dataset.first.here),
        tags=lambda wildcards: study.compared_dataset.per_first_chunk(
            "<results>/image_tags/{pretraining}/{chunk}.parquet"
        ),
        others=expand("<results>/tagger_comparison/{tagger}.parquet", tagger=study.compared),
        truth=lambda wildcards: study.compared_dataset.truth[: study.compared_dataset.is_composed],
        concepts=config["concepts"],
    output:
        **figure("tagger_comparison", "taggers side by side"),
        table=table("tagger_comparison"),
    log:
        "<logs>/figure_tagger_comparison.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        shard=lambda wildcards, input: shard_flag(study.compared_dataset, input),
        names=flags(names=["tagger", *study.compared]),
        truth=of_files(truth="truth"),
        tags=flags(thresholds=THRESHOLDS, threshold_rule=TAGS["threshold_rule"]),
    shell:
        program(
            "{params.shard} --tags {input.tags:q} {input.others:q} {params.names} {params.truth}",
            "--concepts {input.concepts:q} {params.tags} --table {output.table:q} --out {output.png:q}",
        )

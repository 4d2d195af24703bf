"""Reads: text indices, image tags. Produces: counts per chunk, per dataset, and the tables of counts."""


rule count_concepts:
    """Count every concept in one chunk: text, image and matched."""
    input:
        **code("count_concepts.py"),
        captions="<results>/captions/{pretraining}/{chunk}.parquet",
        index=TEXT_INDEX,
        nouns=NOUN_INDEX if "unigram_spacy" in config["counting"]["modes"] else [],
        tags=lambda wildcards: study.tags_of_chunk(wildcards),
        concepts=config["concepts"],
    output:
        "<results>/chunk_counts/{pretraining}/{chunk}.parquet",
    log:
        "<logs>/count_concepts/{pretraining}/{chunk}.log",
    benchmark:
        "<benchmarks>/count_concepts/{pretraining}/{chunk}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500),
        runtime=minutes(10, per_shard=0.2),
    params:
        counting=flags(modes=config["counting"]["modes"], thresholds=THRESHOLDS, threshold_rule=TAGS["threshold_rule"]),
        files=of_files(noun_index="nouns", tags="tags"),
    shell:
        program(
            "--captions {input.captions:q} --index {input.index:q} {params.files} --concepts {input.concepts:q}",
            "{params.counting} --threads {threads} --out {output:q}",
        )


rule sum_counts:
    """Add up a dataset's chunks."""
    input:
        **code("sum_counts.py"),
        chunks=per_chunk("<results>/chunk_counts/{pretraining}/{chunk}.parquet"),
    output:
        "<results>/counts/{pretraining}.parquet",
    log:
        "<logs>/sum_counts/{pretraining}.log",
    wildcard_constraints:
        pretraining=one_of(study.countable),
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        chunks=of_files(chunks="chunks"),
    shell:
        program("{params.chunks} --out {output:q}")


rule collect_counts:
    """Put the counts of all datasets into one table, with the misalignment and correlation tables beside it."""
    input:
        **code("collect_counts.py"),
        counts=study.counts(study.pretraining),
    output:
        counts="<results>/tables/concept_counts.parquet",
        misalignment=table("misalignment"),
        correlation=table("frequency_correlation"),
        contingency="<results>/tables/contingency.csv",
        zeros=table("suspicious_zeros"),
    log:
        "<logs>/collect_counts.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        program(
            "--counts {input.counts:q} --misalignment {output.misalignment:q} --correlation {output.correlation:q}",
            "--contingency {output.contingency:q} --zeros {output.zeros:q} --out {output.counts:q}",
        )


rule check_samples:
    """Stop where a dataset or an evaluation set lost more than the configured share of its samples."""
    input:
        **code("check_samples.py"),
        captions=study.over_chunks("<results>/captions/{pretraining}/{chunk}.parquet"),
        skipped_captions=study.over_chunks("<results>/skipped/captions/{pretraining}/{chunk}.parquet"),
        skipped_pictures=study.over_chunks("<results>/skipped/pictures/{pretraining}/{chunk}.parquet", study.tagged),
        samples=study.scores.samples(),
        unreadable=study.scores.unreadable(),
    output:
        table("lost_samples"),
    log:
        "<logs>/check_samples.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        files=of_files(
            captions="captions",
            skipped_captions="skipped_captions",
            skipped_pictures="skipped_pictures",
            samples="samples",
            evaluation="unreadable",
        ),
        lost=flags(lost=config["lost"]),
    shell:
        program("{params.files} {params.lost} --out {output:q}")


rule list_skipped:
    """List the samples that a step could not use, by dataset and reason; unreadable evaluation pictures among them."""
    input:
        **code("list_skipped.py"),
        skipped=[
            *study.over_chunks("<results>/skipped/captions/{pretraining}/{chunk}.parquet"),
            *study.over_chunks("<results>/skipped/pictures/{pretraining}/{chunk}.parquet", study.tagged),
        ],
        unreadable=study.scores.unreadable(),
    output:
        table("skipped_samples"),
    log:
        "<logs>/list_skipped.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        skipped=of_files(skipped="skipped", evaluation="unreadable"),
    shell:
        program("{params.skipped} --out {output:q}")

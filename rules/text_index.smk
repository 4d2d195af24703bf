"""Reads: raw shards. Produces: captions and text indices, one file per chunk."""


rule parse_captions:
    """Read the captions of a chunk's shards."""
    input:
        **code("parse_captions.py"),
        **SHARDS,
    output:
        captions="<results>/captions/{pretraining}/{chunk}.parquet",
        skipped="<results>/skipped/captions/{pretraining}/{chunk}.parquet",
    log:
        "<logs>/parse_captions/{pretraining}/{chunk}.log",
    benchmark:
        "<benchmarks>/parse_captions/{pretraining}/{chunk}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500),
        runtime=minutes(10, per_shard=0.2),
    params:
        digest=of_chunk("digest"),
        columns=lambda wildcards: of_row(study.datasets[wildcards.pretraining].row, "caption_column", "key_column"),
    shell:
        program(
            "--shards {input.shards:q} {input.kept:q} {params.columns}",
            "--skipped {output.skipped:q} --out {output.captions:q}",
        )


rule index_captions:
    """Index a chunk's captions, so that any phrase can be counted without reading them again."""
    input:
        **code("index_captions.py"),
        captions="<results>/captions/{pretraining}/{chunk}.parquet",
    output:
        TEXT_INDEX,
    log:
        "<logs>/index_captions/{pretraining}/{chunk}.log",
    benchmark:
        "<benchmarks>/index_captions/{pretraining}/{chunk}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500),
        runtime=minutes(10, per_shard=0.2),
    shell:
        program("--captions {input.captions:q} --threads {threads} --out {output:q}")


rule index_nouns:
    """Index the nouns of a chunk's captions, found by spaCy: what the mode unigram_spacy counts."""
    input:
        **code("index_captions.py"),
        captions="<results>/captions/{pretraining}/{chunk}.parquet",
    output:
        NOUN_INDEX,
    log:
        "<logs>/index_nouns/{pretraining}/{chunk}.log",
    benchmark:
        "<benchmarks>/index_nouns/{pretraining}/{chunk}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(2500),
        runtime=minutes(30, per_shard=0.5),
    params:
        model=flags(nouns_by=SPACY_MODEL),
    shell:
        program("--captions {input.captions:q} {params.model} --threads {threads} --out {output:q}")

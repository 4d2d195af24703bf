"""Reads: raw shards. Produces: captions and text indices, one file per chunk."""


rule parse_captions:
    """Read the captions of a chunk's shards."""
    input:
        script=src("parse_captions.py"),
        lib=lib("parse_captions.py"),
        shards=shards_here,
        kept=ancient(shards_kept),
        verified=verified,
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
        digest=chunk_digest,
        caption=lambda wildcards: REGISTERED_PRETRAINING.caption_column[wildcards.pretraining] or "caption",
        key=lambda wildcards: (
            f"--key-column {key}" if (key := REGISTERED_PRETRAINING.key_column[wildcards.pretraining]) else ""
        ),
    shell:
        "python {input.script} --shards {input.shards:q} {input.kept:q} --caption-column {params.caption:q} {params.key}"
        " --skipped {output.skipped} --out {output.captions} 2>&1 | tee {log}"


rule index_captions:
    """Index a chunk's captions, so that any phrase can be counted without reading them again."""
    input:
        script=src("index_captions.py"),
        lib=lib("index_captions.py"),
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
        "python {input.script} --captions {input.captions} --threads {threads} --out {output} 2>&1 | tee {log}"


rule index_nouns:
    """Index the nouns of a chunk's captions, found by spaCy: what the mode unigram_spacy counts."""
    input:
        script=src("index_captions.py"),
        lib=lib("index_captions.py"),
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
        model=SPACY_MODEL,
    shell:
        "python {input.script} --captions {input.captions} --nouns-by {params.model} --threads {threads}"
        " --out {output} 2>&1 | tee {log}"

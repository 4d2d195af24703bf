"""Reads: text indices, image tags. Produces: counts per chunk, per dataset, and the tables of counts."""


rule count_concepts:
    """Count every concept in one chunk: text, image and matched."""
    input:
        script=src("count_concepts.py"),
        lib=lib("count_concepts.py"),
        captions="<results>/captions/{pretraining}/{chunk}.parquet",
        index=TEXT_INDEX,
        nouns=NOUN_INDEX if "unigram_spacy" in config["counting"]["modes"] else [],
        tags=tags_of_chunk,
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
        modes=config["counting"]["modes"],
        thresholds=config["counting"]["thresholds"],
        rule=THRESHOLD_RULE,
        nouns=lambda wildcards, input: optional("--noun-index", input.nouns),
        tags=lambda wildcards, input: optional("--tags", input.tags),
    shell:
        "python {input.script} --captions {input.captions} --index {input.index} {params.nouns} {params.tags}"
        " --concepts {input.concepts} --modes {params.modes} --thresholds {params.thresholds}"
        " {params.rule} --threads {threads} --out {output} 2>&1 | tee {log}"


rule sum_counts:
    """Add up a dataset's chunks."""
    input:
        script=src("sum_counts.py"),
        lib=lib("sum_counts.py"),
        chunks=per_chunk("<results>/chunk_counts/{pretraining}/{chunk}.parquet"),
    output:
        "<results>/counts/{pretraining}.parquet",
    log:
        "<logs>/sum_counts/{pretraining}.log",
    wildcard_constraints:
        pretraining=one_of(COUNTABLE),
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        chunks=lambda wildcards, input: files_of_chunks(input.chunks),
    shell:
        "python {input.script} --chunks {params.chunks} --out {output} 2>&1 | tee {log}"


rule collect_counts:
    """Put the counts of all datasets into one table, with the misalignment and correlation tables beside it."""
    input:
        script=src("collect_counts.py"),
        lib=lib("collect_counts.py"),
        counts=counts_of(PRETRAINING.index),
    output:
        counts="<results>/tables/concept_counts.parquet",
        misalignment=report(
            "<results>/tables/misalignment.csv", caption="../report/misalignment.rst", category="Tables"
        ),
        correlation=report(
            "<results>/tables/frequency_correlation.csv",
            caption="../report/frequency_correlation.rst",
            category="Tables",
        ),
        contingency="<results>/tables/contingency.csv",
        zeros=report(
            "<results>/tables/suspicious_zeros.csv", caption="../report/suspicious_zeros.rst", category="Tables"
        ),
    log:
        "<logs>/collect_counts.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --counts {input.counts} --misalignment {output.misalignment}"
        " --correlation {output.correlation} --contingency {output.contingency} --zeros {output.zeros}"
        " --out {output.counts} 2>&1 | tee {log}"


rule list_skipped:
    """List the samples that a step could not use, by dataset and reason; unreadable evaluation pictures among them."""
    input:
        script=src("list_skipped.py"),
        lib=lib("list_skipped.py"),
        skipped=[
            f"<results>/skipped/{side}/{pretraining}/{chunk}.parquet"
            for side in ("captions", "pictures")
            for pretraining, chunks in CHUNKS.items()
            for chunk in chunks
            if side == "captions" or has_pictures(pretraining)
        ],
        unreadable=unreadable_pictures(),
    output:
        report("<results>/tables/skipped_samples.csv", caption="../report/skipped_samples.rst", category="Tables"),
    log:
        "<logs>/list_skipped.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        skipped=lambda wildcards, input: files_of_chunks(input.skipped),
    shell:
        "python {input.script} --skipped {params.skipped} --evaluation {input.unreadable} --out {output} 2>&1 | tee {log}"

"""Reads: text indices, counts, scores. Produces: audits, and <results>/checks/passed.txt when all checks hold."""


rule audit_counts:
    """Ask the index again, in other ways, for what must hold of any text counts."""
    input:
        script=src("audit_counts.py"),
        lib=lib("audit_counts.py"),
        index=per_chunk(MAIN_INDEX),
        chunks=per_chunk("<results>/chunk_counts/{pretraining}/{chunk}.parquet"),
        counts="<results>/counts/{pretraining}.parquet",
        concepts=config["concepts"],
    output:
        "<results>/checks/{pretraining}.csv",
    log:
        "<logs>/audit_counts/{pretraining}.log",
    conda:
        "../envs/workflow.yaml"
    params:
        mode=config["counting"]["modes"][0],
        index=lambda wildcards, input: files_of_chunks(input.index),
        chunks=lambda wildcards, input: files_of_chunks(input.chunks),
    shell:
        "python {input.script} --index {params.index} --chunks {params.chunks} --counts {input.counts}"
        " --concepts {input.concepts} --mode {params.mode} --threads {threads} --out {output} 2>&1 | tee {log}"


rule check_results:
    """Check what must hold of any result, and of the emoji world's counts against the truth."""
    input:
        script=src("check_results.py"),
        lib=lib("check_results.py"),
        counts=counts_of(MEASURED),
        concepts=config["concepts"],
        scores=score_tables(),
        audits=expand("<results>/checks/{pretraining}.csv", pretraining=MEASURED),
        truth=branch(len(COMPOSED) > 0, then="<results>/tables/truth_check.csv", otherwise=[]),
    output:
        "<results>/checks/passed.txt",
    log:
        "<logs>/check_results.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        spearman=config["checks"]["matched_spearman"],
        truth=lambda wildcards, input: optional("--truth", input.truth),
    shell:
        "python {input.script} --counts {input.counts} --concepts {input.concepts} --scores {input.scores} {params.truth}"
        " --audits {input.audits} --matched-spearman {params.spearman} --out {output} 2>&1 | tee {log}"

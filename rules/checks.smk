"""Reads: text indices, counts, scores. Produces: audits, and <results>/checks/passed.txt when all checks hold."""


rule audit_counts:
    """Check invariants of one dataset's text counts by querying the index in equivalent ways."""
    input:
        **code("audit_counts.py"),
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
        mode=flags(mode=MODE),
        files=of_files(index="index", chunks="chunks"),
    shell:
        program(
            "{params.files} --counts {input.counts:q} --concepts {input.concepts:q} {params.mode}",
            "--threads {threads} --out {output:q}",
        )


rule check_results:
    """Check what must hold of any result, and of the emoji world's counts against the truth."""
    input:
        **code("check_results.py"),
        counts=study.counts(study.measured),
        concepts=config["concepts"],
        scores=study.scores.tables() if study.scores.exist else [],
        audits=expand("<results>/checks/{pretraining}.csv", pretraining=study.measured),
        truth=branch(len(study.composed) > 0, then="<results>/tables/truth_check.csv", otherwise=[]),
    output:
        "<results>/checks/passed.txt",
    log:
        "<logs>/check_results.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        spearman=flags(matched_spearman=config["checks"]["matched_spearman"]),
        files=of_files(scores="scores", truth="truth"),
    shell:
        program(
            "--counts {input.counts:q} --concepts {input.concepts:q} {params.files}",
            "--audits {input.audits:q} {params.spearman} --out {output:q}",
        )

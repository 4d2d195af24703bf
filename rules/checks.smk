"""Reads: counts, tables, the truth. Produces: the truth check, and <results>/checks/passed.txt when all checks hold."""


rule compare_with_truth:
    """Compare a composed dataset's estimated counts with the planted ones."""
    input:
        script=src("compare_with_truth.py"),
        lib=lib("compare_with_truth.py"),
        index=per_chunk(MAIN_INDEX),
        tags=per_chunk("<results>/image_tags/{pretraining}/{chunk}.parquet"),
        truth=lambda wildcards: truth_of(wildcards.pretraining),
        concepts=config["concepts"],
    output:
        "<results>/truth/{pretraining}.parquet",
    log:
        "<logs>/compare_with_truth/{pretraining}.log",
    conda:
        "../envs/workflow.yaml"
    params:
        mode=config["counting"]["modes"][0],
        threshold=config["counting"]["thresholds"][0],
        rule=THRESHOLD_RULE,
    shell:
        "python {input.script} --pretraining {wildcards.pretraining} --index {input.index} --tags {input.tags}"
        " --truth {input.truth} --concepts {input.concepts} --mode {params.mode} --threshold {params.threshold}"
        " {params.rule} --threads {threads} --out {output} 2>&1 | tee {log}"


rule tabulate_truth:
    """Tabulate precision, recall, rank correlation and ratio of the counts against the truth."""
    input:
        script=src("tabulate_truth.py"),
        lib=lib("tabulate_truth.py"),
        comparisons=expand("<results>/truth/{pretraining}.parquet", pretraining=COMPOSED),
    output:
        report("<results>/tables/truth_check.csv", caption="../report/truth_check.rst", category="Tables"),
    log:
        "<logs>/tabulate_truth.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --comparisons {input.comparisons} --out {output} 2>&1 | tee {log}"


rule correct_counts:
    """Correct a composed dataset's image counts from its first pictures, taken as labelled, with intervals."""
    input:
        script=src("correct_counts.py"),
        lib=lib("correct_counts.py"),
        tags=per_chunk("<results>/image_tags/{pretraining}/{chunk}.parquet"),
        histograms=per_chunk("<results>/tag_histograms/{pretraining}/{chunk}.parquet"),
        truth=lambda wildcards: truth_of(wildcards.pretraining),
        concepts=config["concepts"],
    output:
        report(
            "<results>/tables/corrected_counts/{pretraining}.csv",
            caption="../report/corrected_counts.rst",
            category="Tables",
        ),
    log:
        "<logs>/correct_counts/{pretraining}.log",
    conda:
        "../envs/workflow.yaml"
    params:
        threshold=config["counting"]["thresholds"][0],
        rule=THRESHOLD_RULE,
        labelled=config["checks"]["labelled"],
        draws=2 * config["analysis"]["draws"],
        seed=config["analysis"]["seed"],
    shell:
        "python {input.script} --pretraining {wildcards.pretraining} --tags {input.tags} --histograms {input.histograms}"
        " --truth {input.truth} --concepts {input.concepts} --threshold {params.threshold}"
        " {params.rule} --labelled {params.labelled} --draws {params.draws} --seed {params.seed} --out {output} 2>&1 | tee {log}"


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

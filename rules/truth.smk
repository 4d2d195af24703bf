"""Reads: indices, tags, the planted truth. Produces: how far the counts can be trusted where all is known."""


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


rule figure_truth_check:
    """Draw estimated against planted counts."""
    input:
        script=src("figure_truth_check.py"),
        lib=lib("figure_truth_check.py"),
        comparisons=expand("<results>/truth/{pretraining}.parquet", pretraining=COMPOSED),
        summary="<results>/tables/truth_check.csv",
    output:
        png=report(
            "<results>/figures/truth_check.png",
            caption="../report/truth_check.rst",
            category="Figures",
            labels={"figure": "truth check"},
        ),
        pdf="<results>/figures/truth_check.pdf",
        csv="<results>/figures/truth_check.csv",
    log:
        "<logs>/figure_truth_check.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --comparisons {input.comparisons} --summary {input.summary}"
        " --out {output.png} 2>&1 | tee {log}"


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


rule figure_tagger_quality:
    """Draw the tagger's calibration, and its counts before and after correction, where the truth is known."""
    input:
        script=src("figure_tagger_quality.py"),
        lib=lib("figure_tagger_quality.py"),
        corrected=expand("<results>/tables/corrected_counts/{pretraining}.csv", pretraining=COMPOSED),
        tags=[f"<results>/image_tags/{name}/{chunk}.parquet" for name in COMPOSED for chunk in CHUNKS[name]],
        truth=[path for name in COMPOSED for path in truth_of(name)],
    output:
        png=report(
            "<results>/figures/tagger_quality.png",
            caption="../report/tagger_quality.rst",
            category="Figures",
            labels={"figure": "quality of the tagger"},
        ),
        pdf="<results>/figures/tagger_quality.pdf",
        csv="<results>/figures/tagger_quality.csv",
    log:
        "<logs>/figure_tagger_quality.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --corrected {input.corrected} --tags {input.tags} --truth {input.truth}"
        " --out {output.png} 2>&1 | tee {log}"

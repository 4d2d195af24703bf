"""Reads: tables, counts, shards. Produces: each figure as PNG and PDF, with the data it draws as CSV."""


rule figure_log_linear:
    """Draw scores against log frequency as the config's figures describe it: rows of choices, a column per dataset."""
    input:
        script=src("figure_log_linear.py"),
        lib=lib("figure_log_linear.py"),
        scores=lambda wildcards: f"<results>/tables/{SCORES[config['figures'][wildcards.figure]['task']]}.parquet",
        fits="<results>/tables/log_linear_fits.csv",
        counts=counts_of(PRETRAINING.index),
    output:
        png=report(
            "<results>/figures/{figure}.png",
            caption="../report/log_linear.rst",
            category="Figures",
            labels={"figure": "{figure}"},
        ),
        pdf="<results>/figures/{figure}.pdf",
        csv="<results>/figures/{figure}.csv",
    log:
        "<logs>/figure_log_linear/{figure}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        figure=lambda wildcards: json.dumps(config["figures"][wildcards.figure]),
        columns=lambda wildcards: figure_columns(config["figures"][wildcards.figure], PRETRAINING.index),
        binning=lambda wildcards: json.dumps(config["analysis"][config["figures"][wildcards.figure]["task"]]),
        left_out=json.dumps(LEFT_OUT),
        main=json.dumps(config["analysis"]["main"]),
        threshold=config["counting"]["thresholds"][0],
    shell:
        "python {input.script} --figure {params.figure:q} --pretraining {params.columns} --scores {input.scores}"
        " --counts {input.counts} --fits {input.fits} --binning {params.binning:q} --left-out {params.left_out:q}"
        " --main {params.main:q} --threshold {params.threshold} --out {output.png} 2>&1 | tee {log}"


rule figure_overview:
    """Draw every recipe side by side for every model, and the shape of the relation."""
    input:
        script=src("figure_overview.py"),
        lib=lib("figure_overview.py"),
        fits="<results>/tables/log_linear_fits.csv",
        null="<results>/tables/permutation_null.csv",
        tests="<results>/tables/dose_response.csv",
        curves="<results>/tables/dose_response_curves.csv",
    output:
        png=report(
            "<results>/figures/overview.png",
            caption="../report/overview.rst",
            category="Figures",
            labels={"figure": "overview of the relation"},
        ),
        pdf="<results>/figures/overview.pdf",
        csv="<results>/figures/overview.csv",
    log:
        "<logs>/figure_overview.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        pretraining=list(PRETRAINING.index),
        main=json.dumps(config["analysis"]["main"]),
        threshold=config["counting"]["thresholds"][0],
    shell:
        "python {input.script} --fits {input.fits} --null {input.null} --tests {input.tests} --curves {input.curves}"
        " --pretraining {params.pretraining} --main {params.main:q} --threshold {params.threshold}"
        " --out {output.png} 2>&1 | tee {log}"


rule figure_long_tail:
    """Draw concept frequency by rank."""
    input:
        script=src("figure_long_tail.py"),
        lib=lib("figure_long_tail.py"),
        counts=counts_of(PRETRAINING.index),
        tails="<results>/tables/long_tail.csv",
    output:
        png=report(
            "<results>/figures/long_tail.png",
            caption="../report/long_tail.rst",
            category="Figures",
            labels={"figure": "long tail"},
        ),
        pdf="<results>/figures/long_tail.pdf",
        csv="<results>/figures/long_tail.csv",
    log:
        "<logs>/figure_long_tail.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        datasets=pooled_everywhere(),
    shell:
        "python {input.script} --counts {input.counts} --datasets {params.datasets} --tails {input.tails}"
        " --out {output.png} 2>&1 | tee {log}"


rule figure_contact_sheet:
    """Draw samples of a dataset with their captions and tags."""
    input:
        script=src("figure_contact_sheet.py"),
        lib=lib("figure_contact_sheet.py"),
        shard=ancient(lambda wildcards: first_shard(wildcards.pretraining)),
        captions=lambda wildcards: f"<results>/captions/{{pretraining}}/{first_chunk(wildcards.pretraining)}.parquet",
        tags=lambda wildcards: f"<results>/image_tags/{{pretraining}}/{first_chunk(wildcards.pretraining)}.parquet",
        concepts=config["concepts"],
    output:
        png=report(
            "<results>/figures/contact_sheet_{pretraining}.png",
            caption="../report/contact_sheet.rst",
            category="Figures",
            labels={"figure": "contact sheet, {pretraining}"},
        ),
        pdf="<results>/figures/contact_sheet_{pretraining}.pdf",
        csv="<results>/figures/contact_sheet_{pretraining}.csv",
    log:
        "<logs>/figure_contact_sheet/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        shard=lambda wildcards, input: first_path(wildcards.pretraining, input.shard),
        threshold=config["counting"]["thresholds"][0],
        rule=THRESHOLD_RULE,
    shell:
        "python {input.script} --shard {params.shard:q} --captions {input.captions} --tags {input.tags}"
        " --concepts {input.concepts} --threshold {params.threshold} {params.rule} --out {output.png} 2>&1 | tee {log}"


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


rule figure_thresholds:
    """Draw a sheet of pictures with the tags that each threshold adds (Fig. 23)."""
    input:
        script=src("figure_thresholds.py"),
        lib=lib("figure_thresholds.py"),
        shard=ancient(lambda wildcards: first_shard(wildcards.pretraining)),
        tags=lambda wildcards: f"<results>/image_tags/{wildcards.pretraining}/{first_chunk(wildcards.pretraining)}.parquet",
        concepts=config["concepts"],
    output:
        png=report(
            "<results>/figures/thresholds_{pretraining}.png",
            caption="../report/thresholds.rst",
            category="Figures",
            labels={"figure": "tags by threshold, {pretraining}"},
        ),
        pdf="<results>/figures/thresholds_{pretraining}.pdf",
        csv="<results>/figures/thresholds_{pretraining}.csv",
    log:
        "<logs>/figure_thresholds/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        shard=lambda wildcards, input: first_path(wildcards.pretraining, input.shard),
        thresholds=config["counting"]["thresholds"],
        rule=THRESHOLD_RULE,
    shell:
        "python {input.script} --shard {params.shard:q} --tags {input.tags} --concepts {input.concepts}"
        " --thresholds {params.thresholds} {params.rule} --out {output.png} 2>&1 | tee {log}"


rule figure_misaligned:
    """Draw a sheet of pairs that are called misaligned, with captions and tags (Fig. 26)."""
    input:
        script=src("figure_misaligned.py"),
        lib=lib("figure_misaligned.py"),
        pairs="<results>/rating/{pretraining}/pairs.parquet",
    output:
        png=report(
            "<results>/figures/misaligned_{pretraining}.png",
            caption="../report/misaligned.rst",
            category="Figures",
            labels={"figure": "misaligned pairs, {pretraining}"},
        ),
        pdf="<results>/figures/misaligned_{pretraining}.pdf",
        csv="<results>/figures/misaligned_{pretraining}.csv",
    log:
        "<logs>/figure_misaligned/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --pairs {input.pairs} --out {output.png} 2>&1 | tee {log}"


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


rule figure_tagger_comparison:
    """Draw the same pictures as several taggers see them, and tabulate how they agree (Fig. 22)."""
    input:
        script=src("figure_tagger_comparison.py"),
        lib=lib("figure_tagger_comparison.py"),
        shard=ancient(lambda wildcards: first_shard(compared_dataset())),
        tags=lambda wildcards: f"<results>/image_tags/{compared_dataset()}/{first_chunk(compared_dataset())}.parquet",
        others=expand("<results>/tagger_comparison/{tagger}.parquet", tagger=COMPARED),
        truth=lambda wildcards: truth_of(compared_dataset())[:1] if compared_dataset() in COMPOSED else [],
        concepts=config["concepts"],
    output:
        png=report(
            "<results>/figures/tagger_comparison.png",
            caption="../report/tagger_comparison.rst",
            category="Figures",
            labels={"figure": "taggers side by side"},
        ),
        pdf="<results>/figures/tagger_comparison.pdf",
        csv="<results>/figures/tagger_comparison.csv",
        table=report(
            "<results>/tables/tagger_comparison.csv", caption="../report/tagger_comparison.rst", category="Tables"
        ),
    log:
        "<logs>/figure_tagger_comparison.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        shard=lambda wildcards, input: first_path(compared_dataset(), input.shard),
        names=["tagger", *COMPARED],
        truth=lambda wildcards, input: optional("--truth", input.truth),
        thresholds=config["counting"]["thresholds"],
        rule=THRESHOLD_RULE,
    shell:
        "python {input.script} --shard {params.shard:q} --tags {input.tags} {input.others} --names {params.names}"
        " {params.truth} --concepts {input.concepts} --thresholds {params.thresholds} {params.rule} --table {output.table}"
        " --out {output.png} 2>&1 | tee {log}"


rule figures:
    """All figures."""
    input:
        expand("<results>/figures/{figure}.png", figure=config["figures"]),
        "<results>/figures/overview.png",
        "<results>/figures/long_tail.png",
        expand("<results>/figures/contact_sheet_{pretraining}.png", pretraining=filter(has_pictures, MEASURED)),
        expand("<results>/figures/thresholds_{pretraining}.png", pretraining=filter(has_pictures, MEASURED)),
        expand("<results>/figures/misaligned_{pretraining}.png", pretraining=filter(has_pictures, MEASURED)),
        branch(len(COMPOSED) > 0, then="<results>/figures/truth_check.png", otherwise=[]),
        branch(len(COMPOSED) > 0, then="<results>/figures/tagger_quality.png", otherwise=[]),
        branch(len(COMPARED) > 0 and compared_dataset(), then="<results>/figures/tagger_comparison.png", otherwise=[]),

"""Reads: tables, counts. Produces: each figure as PNG and PDF, with the data it draws as CSV."""


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

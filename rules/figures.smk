"""Reads: tables, counts. Produces: each figure as PNG and PDF, with the data it draws as CSV."""


rule figure_log_linear:
    """Draw scores against log frequency as the config's figures describe it: rows of choices, a column per dataset."""
    input:
        **code("figure_log_linear.py"),
        scores=lambda wildcards: study.scores.table_of(config["figures"][wildcards.figure]["task"]),
        fits="<results>/tables/log_linear_fits.csv",
        counts=study.counts(study.pretraining),
    output:
        **figure("{figure}", "{figure}", caption="log_linear"),
    log:
        "<logs>/figure_log_linear/{figure}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        figure=drawn(config["figures"], study.pretraining),
        settings=flags(**MAIN, left_out=LEFT_OUT),
    shell:
        program(
            "{params.figure} --scores {input.scores:q} --counts {input.counts:q} --fits {input.fits:q}",
            "{params.settings} --out {output.png:q}",
        )


rule figure_overview:
    """Draw every recipe side by side for every model, and the shape of the relation."""
    input:
        **code("figure_overview.py"),
        fits="<results>/tables/log_linear_fits.csv",
        null="<results>/tables/permutation_null.csv",
        tests="<results>/tables/dose_response.csv",
        curves="<results>/tables/dose_response_curves.csv",
    output:
        **figure("overview", "overview of the relation"),
    log:
        "<logs>/figure_overview.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        settings=flags(pretraining=study.pretraining.keys(), **MAIN),
    shell:
        program(
            "--fits {input.fits:q} --null {input.null:q} --tests {input.tests:q} --curves {input.curves:q}",
            "{params.settings} --out {output.png:q}",
        )


rule figure_long_tail:
    """Draw concept frequency by rank."""
    input:
        **code("figure_long_tail.py"),
        counts=study.counts(study.pretraining),
        tails="<results>/tables/long_tail.csv",
    output:
        **figure("long_tail", "long tail"),
    log:
        "<logs>/figure_long_tail.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        settings=flags(datasets=study.pooled_everywhere, count_type=config["analysis"]["main"]["count_type"]),
    shell:
        program("--counts {input.counts:q} {params.settings} --tails {input.tails:q} --out {output.png:q}")


rule figures:
    """All figures."""
    input:
        expand("<results>/figures/{figure}.png", figure=[*config["figures"], "overview"] if study.scores.exist else []),
        "<results>/figures/long_tail.png",
        expand(
            "<results>/figures/{sheet}_{pretraining}.png",
            sheet=["contact_sheet", "thresholds", "misaligned"],
            pretraining=study.tagged,
        ),
        branch(len(study.composed) > 0, then="<results>/figures/truth_check.png", otherwise=[]),
        branch(len(study.composed) > 0, then="<results>/figures/tagger_quality.png", otherwise=[]),
        branch(
            len(study.compared) > 0 and study.compared_dataset is not None,
            then="<results>/figures/tagger_comparison.png",
            otherwise=[],
        ),

"""Reads: scores, counts. Produces: the tables of scores, fits and frequency bins."""

SCORES_AND_COUNTS = {"scores": study.scores.tables(), "counts": study.counts(study.pretraining)}
BINNING = json.dumps(study.binning)
FITTED = [  # tables that relate scores to counts
    "log_linear_fits",
    "permutation_null",
    "headline",
    "dose_response",
    "sensitivity",
    "frequency_bins",
    "sample_plan",
]


rule collect_scores:
    """Put the scores of all models and sets of a task into one table."""
    input:
        **code("collect_scores.py"),
        scores=lambda wildcards: study.scores.files_of(wildcards.table, study.models),
    output:
        "<results>/tables/{table}.parquet",
    log:
        "<logs>/collect_scores/{table}.log",
    wildcard_constraints:
        table=one_of(SCORE_TABLES),
    conda:
        "../envs/workflow.yaml"
    params:
        scores=of_files(scores="scores"),
    shell:
        program("{params.scores} --schema {wildcards.table:q} --out {output:q}")


rule fit_log_linear:
    """Fit scores against log frequency by every recipe, for every model, set, metric and count."""
    input:
        **code("fit_log_linear.py"),
        **SCORES_AND_COUNTS,
        true_counts=study.scores.true_counts(study.pretraining),
    output:
        fits=table("log_linear_fits"),
        null=table("permutation_null"),
        uncounted="<results>/tables/uncounted.csv",
    log:
        "<logs>/fit_log_linear.log",
    benchmark:
        "<benchmarks>/fit_log_linear.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(2000),
        runtime=minutes(25),
    params:
        settings=flags(
            thresholds=THRESHOLDS, left_out=LEFT_OUT, binning=BINNING, main=config["analysis"]["main"], **RANDOM
        ),
        true_counts=of_files(true_counts="true_counts"),
    shell:
        program(
            "--scores {input.scores:q} --counts {input.counts:q} {params.settings} {params.true_counts}",
            "--null {output.null:q} --uncounted {output.uncounted:q} --out {output.fits:q}",
        )


rule fit_dose_response:
    """Test whether scores follow a straight line in log frequency: spline and isotonic curve beside the line."""
    input:
        **code("fit_dose_response.py"),
        **SCORES_AND_COUNTS,
    output:
        tests=table("dose_response"),
        curves="<results>/tables/dose_response_curves.csv",
    log:
        "<logs>/fit_dose_response.log",
    conda:
        "../envs/workflow.yaml"
    params:
        settings=flags(thresholds=THRESHOLDS, left_out=LEFT_OUT, main=config["analysis"]["main"]),
    shell:
        program(
            "--scores {input.scores:q} --counts {input.counts:q} {params.settings}",
            "--curves {output.curves:q} --out {output.tests:q}",
        )


rule tabulate_sensitivity:
    """Tabulate how the main relation changes with count type, counting mode, tag threshold and true counts."""
    input:
        **code("tabulate_sensitivity.py"),
        **SCORES_AND_COUNTS,
        true_counts=study.scores.true_counts(study.pretraining),
    output:
        table("sensitivity"),
    log:
        "<logs>/tabulate_sensitivity.log",
    conda:
        "../envs/workflow.yaml"
    params:
        settings=flags(
            thresholds=THRESHOLDS,
            modes=config["counting"]["modes"],
            left_out=LEFT_OUT,
            binning=BINNING,
            main=config["analysis"]["main"],
            **RANDOM,
        ),
        true_counts=of_files(true_counts="true_counts"),
    shell:
        program(
            "--scores {input.scores:q} --counts {input.counts:q} {params.settings} {params.true_counts} --out {output:q}"
        )


rule tabulate_frequency_bins:
    """Tabulate the mean score by decade of matched frequency, with n and interval."""
    input:
        **code("tabulate_frequency_bins.py"),
        **SCORES_AND_COUNTS,
    output:
        table("frequency_bins"),
    log:
        "<logs>/tabulate_frequency_bins.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        settings=flags(left_out=LEFT_OUT, count_type=config["analysis"]["main"]["count_type"]),
    shell:
        program("--scores {input.scores:q} --counts {input.counts:q} {params.settings} --out {output:q}")


rule tabulate_headline:
    """Tabulate the main fits, a line per model and evaluation set, all recipes beside one another."""
    input:
        **code("tabulate_headline.py"),
        fits="<results>/tables/log_linear_fits.csv",
        null="<results>/tables/permutation_null.csv",
    output:
        table("headline"),
    log:
        "<logs>/tabulate_headline.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        main=flags(**MAIN),
    shell:
        program("--fits {input.fits:q} --null {input.null:q} {params.main} --out {output:q}")


rule tabulate_long_tail:
    """Tabulate the share of concepts never matched, and the power law of the tail."""
    input:
        **code("tabulate_long_tail.py"),
        counts=study.counts(study.pretraining),
    output:
        table("long_tail"),
    log:
        "<logs>/tabulate_long_tail.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        datasets=flags(datasets=study.pooled_everywhere),
    shell:
        program("--counts {input.counts:q} {params.datasets} --out {output:q}")


rule tables:
    """All final tables."""
    input:
        study.counts(study.measured),
        "<results>/tables/concept_counts.parquet",
        expand(
            "<results>/tables/{table}.csv",
            table=["misalignment", "frequency_correlation", "long_tail", "contingency", "suspicious_zeros"],
        ),
        branch(study.scores.exist, then=SCORES_AND_COUNTS["scores"], otherwise=[]),
        expand("<results>/tables/{table}.csv", table=FITTED if study.scores.exist else []),
        branch(
            len(study.measured) + len(study.models) > 0,
            then=["<results>/tables/skipped_samples.csv", "<results>/tables/lost_samples.csv"],
            otherwise=[],
        ),
        branch(len(study.tagged) > 0, then="<results>/tables/tags_per_picture.csv", otherwise=[]),
        branch(len(study.composed) > 0, then="<results>/tables/truth_check.csv", otherwise=[]),
        expand("<results>/tables/corrected_counts/{pretraining}.csv", pretraining=study.composed),
        branch(len(study.rated) > 0, then="<results>/tables/rated_misalignment.csv", otherwise=[]),

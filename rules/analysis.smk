"""Reads: scores, counts. Produces: the tables of scores, fits and frequency bins."""


rule collect_scores:
    """Put the scores of all models and sets of a task into one table."""
    input:
        script=src("collect_scores.py"),
        lib=lib("collect_scores.py"),
        scores=score_files,
    output:
        "<results>/tables/{table}.parquet",
    log:
        "<logs>/collect_scores/{table}.log",
    wildcard_constraints:
        table=one_of(SCORES.values()),
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --scores {input.scores} --schema {wildcards.table} --out {output} 2>&1 | tee {log}"


rule fit_log_linear:
    """Fit scores against log frequency by every recipe, for every model, set, metric and count."""
    input:
        script=src("fit_log_linear.py"),
        lib=lib("fit_log_linear.py"),
        scores=score_tables(),
        counts=counts_of(PRETRAINING.index),
        true_counts=true_counts_of(PRETRAINING.index),
    output:
        fits=report("<results>/tables/log_linear_fits.csv", caption="../report/log_linear_fits.rst", category="Tables"),
        null=report(
            "<results>/tables/permutation_null.csv", caption="../report/permutation_null.rst", category="Tables"
        ),
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
        thresholds=config["counting"]["thresholds"],
        binning=json.dumps(BINNING),
        left_out=json.dumps(LEFT_OUT),
        main=json.dumps(config["analysis"]["main"]),
        true_counts=lambda wildcards, input: optional("--true-counts", input.true_counts),
        draws=config["analysis"]["draws"],
        seed=config["analysis"]["seed"],
    shell:
        "python {input.script} --scores {input.scores} --counts {input.counts} --thresholds {params.thresholds}"
        " --left-out {params.left_out:q} --binning {params.binning:q} --main {params.main:q} {params.true_counts}"
        " --draws {params.draws} --seed {params.seed} --null {output.null} --out {output.fits} 2>&1 | tee {log}"


rule fit_dose_response:
    """Test whether scores follow a straight line in log frequency: spline and isotonic curve beside the line."""
    input:
        script=src("fit_dose_response.py"),
        lib=lib("fit_dose_response.py"),
        scores=score_tables(),
        counts=counts_of(PRETRAINING.index),
    output:
        tests=report("<results>/tables/dose_response.csv", caption="../report/dose_response.rst", category="Tables"),
        curves="<results>/tables/dose_response_curves.csv",
    log:
        "<logs>/fit_dose_response.log",
    conda:
        "../envs/workflow.yaml"
    params:
        thresholds=config["counting"]["thresholds"],
        left_out=json.dumps(LEFT_OUT),
        main=json.dumps(config["analysis"]["main"]),
    shell:
        "python {input.script} --scores {input.scores} --counts {input.counts} --thresholds {params.thresholds}"
        " --left-out {params.left_out:q} --main {params.main:q} --curves {output.curves} --out {output.tests}"
        " 2>&1 | tee {log}"


rule tabulate_sensitivity:
    """Tabulate how the main relation changes with count type, counting mode, tag threshold and true counts."""
    input:
        script=src("tabulate_sensitivity.py"),
        lib=lib("tabulate_sensitivity.py"),
        scores=score_tables(),
        counts=counts_of(PRETRAINING.index),
        true_counts=true_counts_of(PRETRAINING.index),
    output:
        report("<results>/tables/sensitivity.csv", caption="../report/sensitivity.rst", category="Tables"),
    log:
        "<logs>/tabulate_sensitivity.log",
    conda:
        "../envs/workflow.yaml"
    params:
        thresholds=config["counting"]["thresholds"],
        modes=config["counting"]["modes"],
        binning=json.dumps(BINNING),
        left_out=json.dumps(LEFT_OUT),
        main=json.dumps(config["analysis"]["main"]),
        true_counts=lambda wildcards, input: optional("--true-counts", input.true_counts),
        draws=config["analysis"]["draws"],
        seed=config["analysis"]["seed"],
    shell:
        "python {input.script} --scores {input.scores} --counts {input.counts} --thresholds {params.thresholds}"
        " --modes {params.modes} --left-out {params.left_out:q} --binning {params.binning:q} --main {params.main:q}"
        " {params.true_counts} --draws {params.draws} --seed {params.seed} --out {output} 2>&1 | tee {log}"


rule tabulate_frequency_bins:
    """Tabulate the mean score by decade of matched frequency, with n and interval."""
    input:
        script=src("tabulate_frequency_bins.py"),
        lib=lib("tabulate_frequency_bins.py"),
        scores=score_tables(),
        counts=counts_of(PRETRAINING.index),
    output:
        report("<results>/tables/frequency_bins.csv", caption="../report/frequency_bins.rst", category="Tables"),
    log:
        "<logs>/tabulate_frequency_bins.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        left_out=json.dumps(LEFT_OUT),
    shell:
        "python {input.script} --scores {input.scores} --counts {input.counts} --left-out {params.left_out:q}"
        " --out {output} 2>&1 | tee {log}"


rule tabulate_headline:
    """Tabulate the main fits, a line per model and evaluation set, all recipes beside one another."""
    input:
        script=src("tabulate_headline.py"),
        lib=lib("tabulate_headline.py"),
        fits="<results>/tables/log_linear_fits.csv",
        null="<results>/tables/permutation_null.csv",
    output:
        report("<results>/tables/headline.csv", caption="../report/headline.rst", category="Tables"),
    log:
        "<logs>/tabulate_headline.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        main=json.dumps(config["analysis"]["main"]),
        threshold=config["counting"]["thresholds"][0],
    shell:
        "python {input.script} --fits {input.fits} --null {input.null} --main {params.main:q}"
        " --threshold {params.threshold} --out {output} 2>&1 | tee {log}"


rule tabulate_long_tail:
    """Tabulate the share of concepts never matched, and the power law of the tail."""
    input:
        script=src("tabulate_long_tail.py"),
        lib=lib("tabulate_long_tail.py"),
        counts=counts_of(PRETRAINING.index),
    output:
        report("<results>/tables/long_tail.csv", caption="../report/long_tail.rst", category="Tables"),
    log:
        "<logs>/tabulate_long_tail.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        datasets=pooled_everywhere(),
    shell:
        "python {input.script} --counts {input.counts} --datasets {params.datasets} --out {output} 2>&1 | tee {log}"


rule tables:
    """All final tables."""
    input:
        score_tables(),
        "<results>/tables/concept_counts.parquet",
        "<results>/tables/log_linear_fits.csv",
        "<results>/tables/permutation_null.csv",
        "<results>/tables/headline.csv",
        "<results>/tables/dose_response.csv",
        "<results>/tables/sensitivity.csv",
        "<results>/tables/frequency_bins.csv",
        "<results>/tables/misalignment.csv",
        "<results>/tables/frequency_correlation.csv",
        "<results>/tables/long_tail.csv",
        "<results>/tables/sample_plan.csv",
        "<results>/tables/contingency.csv",
        "<results>/tables/suspicious_zeros.csv",
        branch(len(MEASURED) + len(MODELS) > 0, then="<results>/tables/skipped_samples.csv", otherwise=[]),
        branch(len(COMPOSED) > 0, then="<results>/tables/truth_check.csv", otherwise=[]),
        expand("<results>/tables/corrected_counts/{pretraining}.csv", pretraining=COMPOSED),
        branch(len(RATED) > 0, then="<results>/tables/rated_misalignment.csv", otherwise=[]),

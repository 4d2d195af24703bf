"""Reads: scores, counts. Produces: the tables of scores, fits and frequency bins."""


rule collect_class_accuracy:
    """Put the accuracy of all models and sets into one table."""
    input:
        script=src("collect_scores.py"),
        lib=lib("collect_scores.py"),
        scores=expand(
            "<results>/class_accuracy/{pretraining}/{backbone}/{dataset}.parquet",
            pretraining=PRETRAINING.index,
            backbone=BACKBONES.index,
            dataset=CLASSIFICATION,
        ),
    output:
        "<results>/tables/class_accuracy.parquet",
    log:
        "<logs>/collect_class_accuracy.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --scores {input.scores} --schema class_accuracy --out {output} 2>&1 | tee {log}"


rule collect_retrieval_recall:
    """Put the recall of all models and sets into one table."""
    input:
        script=src("collect_scores.py"),
        lib=lib("collect_scores.py"),
        scores=expand(
            "<results>/retrieval_recall/{pretraining}/{backbone}/{dataset}.parquet",
            pretraining=PRETRAINING.index,
            backbone=BACKBONES.index,
            dataset=RETRIEVAL,
        ),
    output:
        "<results>/tables/retrieval_recall.parquet",
    log:
        "<logs>/collect_retrieval_recall.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --scores {input.scores} --schema retrieval_recall --out {output} 2>&1 | tee {log}"


rule fit_log_linear:
    """Fit scores against log frequency by every recipe, for every model, set, metric and count."""
    input:
        script=src("fit_log_linear.py"),
        lib=lib("fit_log_linear.py"),
        class_accuracy="<results>/tables/class_accuracy.parquet",
        retrieval_recall="<results>/tables/retrieval_recall.parquet",
        counts=expand("<results>/counts/{pretraining}.parquet", pretraining=PRETRAINING.index),
    output:
        report("<results>/tables/log_linear_fits.csv", caption="../report/log_linear_fits.rst", category="Tables"),
    log:
        "<logs>/fit_log_linear.log",
    benchmark:
        "<benchmarks>/fit_log_linear.tsv"
    conda:
        "../envs/workflow.yaml"
    params:
        thresholds=config["counting"]["thresholds"],
        binning=json.dumps({task: config["analysis"][task] for task in ("classification", "retrieval")}),
        draws=config["analysis"]["draws"],
        seed=config["analysis"]["seed"],
    shell:
        "python {input.script} --class-accuracy {input.class_accuracy} --retrieval-recall {input.retrieval_recall}"
        " --counts {input.counts} --thresholds {params.thresholds} --binning {params.binning:q}"
        " --draws {params.draws} --seed {params.seed} --out {output} 2>&1 | tee {log}"


rule tabulate_frequency_bins:
    """Tabulate the mean score by decade of matched frequency, with n and interval."""
    input:
        script=src("tabulate_frequency_bins.py"),
        lib=lib("tabulate_frequency_bins.py"),
        class_accuracy="<results>/tables/class_accuracy.parquet",
        retrieval_recall="<results>/tables/retrieval_recall.parquet",
        counts=expand("<results>/counts/{pretraining}.parquet", pretraining=PRETRAINING.index),
    output:
        report("<results>/tables/frequency_bins.csv", caption="../report/frequency_bins.rst", category="Tables"),
    log:
        "<logs>/tabulate_frequency_bins.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --class-accuracy {input.class_accuracy} --retrieval-recall {input.retrieval_recall}"
        " --counts {input.counts} --out {output} 2>&1 | tee {log}"


rule tabulate_headline:
    """Tabulate the main fits, a line per model and evaluation set, all recipes beside one another."""
    input:
        script=src("tabulate_headline.py"),
        lib=lib("tabulate_headline.py"),
        fits="<results>/tables/log_linear_fits.csv",
    output:
        report("<results>/tables/headline.csv", caption="../report/headline.rst", category="Tables"),
    log:
        "<logs>/tabulate_headline.log",
    conda:
        "../envs/workflow.yaml"
    params:
        main=json.dumps(config["analysis"]["main"]),
        threshold=config["counting"]["thresholds"][0],
    shell:
        "python {input.script} --fits {input.fits} --main {params.main:q} --threshold {params.threshold}"
        " --out {output} 2>&1 | tee {log}"


rule tables:
    """All final tables."""
    input:
        "<results>/tables/concept_counts.parquet",
        "<results>/tables/class_accuracy.parquet",
        "<results>/tables/retrieval_recall.parquet",
        "<results>/tables/log_linear_fits.csv",
        "<results>/tables/headline.csv",
        "<results>/tables/frequency_bins.csv",
        "<results>/tables/misalignment.csv",
        "<results>/tables/frequency_correlation.csv",
        "<results>/tables/skipped_samples.csv",
        branch(len(COMPOSED) > 0, then="<results>/tables/truth_check.csv", otherwise=[]),

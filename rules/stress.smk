"""Reads: scores and counts of further datasets and models. Produces: the stress tests, <results>/stress."""


use rule collect_scores as collect_stress_scores with:
    input:
        script=src("collect_scores.py"),
        lib=lib("collect_scores.py"),
        scores=stress_score_files,
    output:
        "<results>/stress/tables/{table}.parquet",
    log:
        "<logs>/stress/collect_scores/{table}.log",


use rule fit_log_linear as fit_stress with:
    input:
        script=src("fit_log_linear.py"),
        lib=lib("fit_log_linear.py"),
        scores=stress_score_tables(),
        counts=counts_of(STRESSED),
        true_counts=true_counts_of(STRESSED),
    output:
        fits="<results>/stress/tables/log_linear_fits.csv",
        null="<results>/stress/tables/permutation_null.csv",
    log:
        "<logs>/stress/fit_log_linear.log",
    benchmark:
        "<benchmarks>/stress/fit_log_linear.tsv"


use rule figure_log_linear as figure_log_linear_stress with:
    input:
        script=src("figure_log_linear.py"),
        lib=lib("figure_log_linear.py"),
        scores=lambda wildcards: f"<results>/stress/tables/{SCORES[STRESS['figures'][wildcards.figure]['task']]}.parquet",
        fits="<results>/stress/tables/log_linear_fits.csv",
        counts=counts_of(STRESSED),
    output:
        png=report(
            "<results>/stress/figures/{figure}.png",
            caption="../report/log_linear.rst",
            category="Stress tests",
            labels={"figure": "{figure}"},
        ),
        pdf="<results>/stress/figures/{figure}.pdf",
        csv="<results>/stress/figures/{figure}.csv",
    log:
        "<logs>/stress/figure_log_linear/{figure}.log",
    wildcard_constraints:
        figure=one_of(STRESS["figures"]),
    params:
        figure=lambda wildcards: json.dumps(STRESS["figures"][wildcards.figure]),
        columns=lambda wildcards: figure_columns(STRESS["figures"][wildcards.figure], STRESSED),
        binning=lambda wildcards: json.dumps(config["analysis"][STRESS["figures"][wildcards.figure]["task"]]),


rule tabulate_stress:
    """Tabulate each stress test beside what it is compared with."""
    input:
        script=src("tabulate_stress.py"),
        lib=lib("tabulate_stress.py"),
        scores=stress_score_tables(),
        fits="<results>/stress/tables/log_linear_fits.csv",
        counts=counts_of(STRESSED),
    output:
        report("<results>/stress/tables/stress.csv", caption="../report/stress.rst", category="Stress tests"),
    log:
        "<logs>/stress/tabulate_stress.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        left_out=json.dumps(LEFT_OUT),
        comparisons=json.dumps(STRESS["comparisons"]),
        main=json.dumps(config["analysis"]["main"]),
        threshold=config["counting"]["thresholds"][0],
        draws=config["analysis"]["draws"],
        seed=config["analysis"]["seed"],
    shell:
        "python {input.script} --scores {input.scores} --counts {input.counts} --fits {input.fits}"
        " --left-out {params.left_out:q} --comparisons {params.comparisons:q} --main {params.main:q}"
        " --threshold {params.threshold} --draws {params.draws} --seed {params.seed} --out {output} 2>&1 | tee {log}"


rule figure_stress:
    """Draw each stress test beside what it is compared with."""
    input:
        script=src("figure_stress.py"),
        lib=lib("figure_stress.py"),
        stress="<results>/stress/tables/stress.csv",
    output:
        png=report(
            "<results>/stress/figures/stress.png",
            caption="../report/stress.rst",
            category="Stress tests",
            labels={"figure": "stress tests"},
        ),
        pdf="<results>/stress/figures/stress.pdf",
        csv="<results>/stress/figures/stress.csv",
    log:
        "<logs>/stress/figure_stress.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --stress {input.stress} --out {output.png} 2>&1 | tee {log}"


rule fit_experiment:
    """Compare slopes under frequencies dealt at random, several times over, with those under the natural ones."""
    input:
        script=src("fit_experiment.py"),
        lib=lib("fit_experiment.py"),
        scores=stress_score_tables(),
        counts=counts_of([*EXPERIMENT["random"], *EXPERIMENT["natural"]]),
    output:
        experiment=report(
            "<results>/stress/tables/experiment.csv", caption="../report/experiment.rst", category="Stress tests"
        ),
        concepts="<results>/stress/tables/experiment_concepts.csv",
    log:
        "<logs>/stress/fit_experiment.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        random=EXPERIMENT["random"],
        natural=EXPERIMENT["natural"],
        backbone=EXPERIMENT["backbone"],
        main=json.dumps(config["analysis"]["main"]),
        draws=config["analysis"]["draws"],
        seed=config["analysis"]["seed"],
    shell:
        "python {input.script} --scores {input.scores} --counts {input.counts} --random {params.random}"
        " --natural {params.natural} --backbone {params.backbone} --main {params.main:q} --draws {params.draws}"
        " --seed {params.seed} --concepts {output.concepts} --out {output.experiment} 2>&1 | tee {log}"


rule figure_experiment:
    """Draw the designed experiment."""
    input:
        script=src("figure_experiment.py"),
        lib=lib("figure_experiment.py"),
        experiment="<results>/stress/tables/experiment.csv",
        concepts="<results>/stress/tables/experiment_concepts.csv",
    output:
        png=report(
            "<results>/stress/figures/experiment.png",
            caption="../report/experiment.rst",
            category="Stress tests",
            labels={"figure": "designed experiment"},
        ),
        pdf="<results>/stress/figures/experiment.pdf",
        csv="<results>/stress/figures/experiment.csv",
    log:
        "<logs>/stress/figure_experiment.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        natural=EXPERIMENT["natural"],
    shell:
        "python {input.script} --experiment {input.experiment} --concepts {input.concepts} --natural {params.natural}"
        " --out {output.png} 2>&1 | tee {log}"


rule stress:
    """The stress tests: what else could make the relation, and how much of it is left when that is taken away."""
    input:
        stress_results,

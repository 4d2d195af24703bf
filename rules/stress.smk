"""Reads: scores and counts of further datasets and models. Produces: the stress tests, <results>/stress."""

STRESS = study.stress
STRESS_SCORES = study.scores.tables("<results>/stress/tables")
STRESS_FOLDERS = {"category": "Stress tests", "folder": "<results>/stress/tables"}
STRESS_FIGURES = {"category": "Stress tests", "folder": "<results>/stress/figures"}


use rule collect_scores as collect_stress_scores with:
    input:
        **code("collect_scores.py"),
        scores=lambda wildcards: study.scores.files_of(wildcards.table, STRESS.models),
    output:
        "<results>/stress/tables/{table}.parquet",
    log:
        "<logs>/stress/collect_scores/{table}.log",


use rule fit_log_linear as fit_stress with:
    input:
        **code("fit_log_linear.py"),
        scores=STRESS_SCORES,
        counts=study.counts(STRESS.datasets),
        true_counts=study.scores.true_counts(STRESS.datasets),
    output:
        fits="<results>/stress/tables/log_linear_fits.csv",
        null="<results>/stress/tables/permutation_null.csv",
        uncounted="<results>/stress/tables/uncounted.csv",
    log:
        "<logs>/stress/fit_log_linear.log",
    benchmark:
        "<benchmarks>/stress/fit_log_linear.tsv"


use rule figure_log_linear as figure_log_linear_stress with:
    input:
        **code("figure_log_linear.py"),
        scores=lambda wildcards: study.scores.table_of(
            STRESS.figures[wildcards.figure]["task"], "<results>/stress/tables"
        ),
        fits="<results>/stress/tables/log_linear_fits.csv",
        counts=study.counts(STRESS.datasets),
    output:
        **figure("{figure}", "{figure}", caption="log_linear", **STRESS_FIGURES),
    log:
        "<logs>/stress/figure_log_linear/{figure}.log",
    wildcard_constraints:
        figure=one_of(STRESS.figures),
    params:
        figure=drawn(STRESS.figures, STRESS.datasets),


rule tabulate_stress:
    """Tabulate each stress test beside what it is compared with."""
    input:
        **code("tabulate_stress.py"),
        scores=STRESS_SCORES,
        fits="<results>/stress/tables/log_linear_fits.csv",
        counts=study.counts(STRESS.datasets),
    output:
        table("stress", **STRESS_FOLDERS),
    log:
        "<logs>/stress/tabulate_stress.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        settings=flags(left_out=LEFT_OUT, comparisons=json.dumps(STRESS.settings["comparisons"]), **MAIN, **RANDOM),
    shell:
        program(
            "--scores {input.scores:q} --counts {input.counts:q} --fits {input.fits:q} {params.settings}",
            "--out {output:q}",
        )


rule figure_stress:
    """Draw each stress test beside what it is compared with."""
    input:
        **code("figure_stress.py"),
        stress="<results>/stress/tables/stress.csv",
    output:
        **figure("stress", "stress tests", **STRESS_FIGURES),
    log:
        "<logs>/stress/figure_stress.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        program("--stress {input.stress:q} --out {output.png:q}")


rule fit_experiment:
    """Compare slopes under frequencies assigned at random, several times over, with those under the natural ones."""
    input:
        **code("fit_experiment.py"),
        scores=STRESS_SCORES,
        counts=study.counts([*STRESS.experiment["random"], *STRESS.experiment["natural"]]),
    output:
        experiment=table("experiment", **STRESS_FOLDERS),
        concepts="<results>/stress/tables/experiment_concepts.csv",
    log:
        "<logs>/stress/fit_experiment.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        settings=flags(**STRESS.experiment, main=config["analysis"]["main"], **RANDOM),
    shell:
        program(
            "--scores {input.scores:q} --counts {input.counts:q} {params.settings}",
            "--concepts {output.concepts:q} --out {output.experiment:q}",
        )


rule figure_experiment:
    """Draw the designed experiment."""
    input:
        **code("figure_experiment.py"),
        experiment="<results>/stress/tables/experiment.csv",
        concepts="<results>/stress/tables/experiment_concepts.csv",
    output:
        **figure("experiment", "designed experiment", **STRESS_FIGURES),
    log:
        "<logs>/stress/figure_experiment.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        natural=flags(natural=STRESS.experiment["natural"]),
    shell:
        program("--experiment {input.experiment:q} --concepts {input.concepts:q} {params.natural} --out {output.png:q}")


rule stress:
    """The stress tests: what else could make the relation, and how much of it is left when that is taken away."""
    input:
        lambda wildcards: STRESS.results(),

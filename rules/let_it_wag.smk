"""Reads: evaluations on Let It Wag! and ImageNet, counts. Produces: the paper's Table 9, Fig. 6 and Fig. 21."""


rule tabulate_let_it_wag:
    """Tabulate every model on ImageNet and Let It Wag!, and fit the two published lines."""
    input:
        script=src("tabulate_let_it_wag.py"),
        lib=lib("tabulate_let_it_wag.py"),
        let_it_wag=LET_IT_WAG[0],
        imagenet=LET_IT_WAG[2],
        models=config["registries"]["published_models"],
    output:
        models=report("<results>/tables/let_it_wag.csv", caption="../report/let_it_wag.rst", category="Tables"),
        lines=report("<results>/tables/let_it_wag_lines.csv", caption="../report/let_it_wag.rst", category="Tables"),
    log:
        "<logs>/tabulate_let_it_wag.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --let-it-wag {input.let_it_wag} --imagenet {input.imagenet} --models {input.models}"
        " --lines {output.lines} --out {output.models} 2>&1 | tee {log}"


rule figure_let_it_wag:
    """Draw the models on ImageNet against Let It Wag!."""
    input:
        script=src("figure_let_it_wag.py"),
        lib=lib("figure_let_it_wag.py"),
        models="<results>/tables/let_it_wag.csv",
        lines="<results>/tables/let_it_wag_lines.csv",
    output:
        png=report(
            "<results>/figures/let_it_wag.png",
            caption="../report/let_it_wag.rst",
            category="Figures",
            labels={"figure": "Let It Wag!"},
        ),
        pdf="<results>/figures/let_it_wag.pdf",
        csv="<results>/figures/let_it_wag.csv",
    log:
        "<logs>/figure_let_it_wag.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --table {input.models} --lines {input.lines} --out {output.png} 2>&1 | tee {log}"


rule figure_let_it_wag_frequency:
    """Draw how often the classes of Let It Wag! occur in LAION-400M."""
    input:
        script=src("figure_let_it_wag_frequency.py"),
        lib=lib("figure_let_it_wag_frequency.py"),
        classes=LET_IT_WAG[1],
        counts="<results>/tables/concept_counts.parquet",
    output:
        png=report(
            "<results>/figures/let_it_wag_frequency.png",
            caption="../report/let_it_wag.rst",
            category="Figures",
            labels={"figure": "Let It Wag!, frequency of its classes"},
        ),
        pdf="<results>/figures/let_it_wag_frequency.pdf",
        csv="<results>/figures/let_it_wag_frequency.csv",
    log:
        "<logs>/figure_let_it_wag_frequency.log",
    conda:
        "../envs/workflow.yaml"
    params:
        pretraining="laion400m",
    shell:
        "python {input.script} --classes {input.classes} --counts {input.counts} --pretraining {params.pretraining}"
        " --out {output.png} 2>&1 | tee {log}"

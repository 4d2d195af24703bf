"""Reads: evaluations on Let It Wag! and ImageNet, counts. Produces: the paper's Table 9, Fig. 6 and Fig. 21."""


rule tabulate_let_it_wag:
    """Tabulate every model on ImageNet and Let It Wag!, and fit the two published lines."""
    input:
        **code("tabulate_let_it_wag.py"),
        let_it_wag=RELEASED.let_it_wag["let_it_wag"],
        imagenet=RELEASED.let_it_wag["imagenet"],
        models=config["registries"]["published_models"],
    output:
        models=table("let_it_wag"),
        lines=table("let_it_wag_lines", caption="let_it_wag"),
    log:
        "<logs>/tabulate_let_it_wag.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        program(
            "--let-it-wag {input.let_it_wag:q} --imagenet {input.imagenet:q} --models {input.models:q}",
            "--lines {output.lines:q} --out {output.models:q}",
        )


rule figure_let_it_wag:
    """Draw the models on ImageNet against Let It Wag!."""
    input:
        **code("figure_let_it_wag.py"),
        models="<results>/tables/let_it_wag.csv",
        lines="<results>/tables/let_it_wag_lines.csv",
    output:
        **figure("let_it_wag", "Let It Wag!"),
    log:
        "<logs>/figure_let_it_wag.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        program("--table {input.models:q} --lines {input.lines:q} --out {output.png:q}")


rule figure_let_it_wag_frequency:
    """Draw how often the classes of Let It Wag! occur in LAION-400M."""
    input:
        **code("figure_let_it_wag_frequency.py"),
        classes=RELEASED.let_it_wag["classes"],
        counts="<results>/tables/concept_counts.parquet",
    output:
        **figure("let_it_wag_frequency", "Let It Wag!, frequency of its classes", caption="let_it_wag"),
    log:
        "<logs>/figure_let_it_wag_frequency.log",
    conda:
        "../envs/workflow.yaml"
    params:
        pretraining=flags(pretraining="laion400m"),
    shell:
        program("--classes {input.classes:q} --counts {input.counts:q} {params.pretraining}", "--out {output.png:q}")

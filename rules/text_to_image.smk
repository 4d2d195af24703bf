"""Reads: scores of text-to-image models, ratings of generated people. Produces: their figures (paper, Fig. 3 and 17)."""


rule figure_text_to_image:
    """Draw one metric of every text-to-image model against concept frequency."""
    input:
        **code("figure_text_to_image.py"),
        scores="<results>/tables/text_to_image_scores.parquet",
        counts="<results>/counts/laion_aesthetics.parquet",
        fits="<results>/tables/log_linear_fits.csv",
    output:
        **figure("text_to_image_{metric}", "text to image, {metric}", caption="text_to_image"),
    log:
        "<logs>/figure_text_to_image/{metric}.log",
    wildcard_constraints:
        metric=one_of(RELEASED.metrics),
    conda:
        "../envs/workflow.yaml"
    params:
        settings=flags(binning=config["analysis"].get("text_to_image"), **MAIN),
    shell:
        program(
            "--metric {wildcards.metric:q} --scores {input.scores:q} --counts {input.counts:q}",
            "--fits {input.fits:q} {params.settings}",
            "--out {output.png:q}",
        )


rule tabulate_people:
    """Tabulate how recognisable generated people are, by the frequency of their names."""
    input:
        **code("tabulate_people.py"),
        **RELEASED.people,
    output:
        table("people"),
    log:
        "<logs>/tabulate_people.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        program("--names {input.names:q} --counts {input.counts:q} --ratings {input.ratings:q}", "--out {output:q}")


rule figure_people:
    """Draw how recognisable generated people are against the frequency of their names."""
    input:
        **code("figure_people.py"),
        people="<results>/tables/people.csv",
    output:
        **figure("people", "people"),
    log:
        "<logs>/figure_people.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        program("--people {input.people:q} --out {output.png:q}")

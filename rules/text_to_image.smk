"""Reads: scores of text-to-image models, ratings of generated people. Produces: their figures (paper, Fig. 3 and 17)."""


rule figure_text_to_image:
    """Draw one metric of every text-to-image model against concept frequency."""
    input:
        script=src("figure_text_to_image.py"),
        lib=lib("figure_text_to_image.py"),
        scores="<results>/tables/text_to_image_scores.parquet",
        counts="<results>/counts/laion_aesthetics.parquet",
        fits="<results>/tables/log_linear_fits.csv",
    output:
        png=report(
            "<results>/figures/text_to_image_{metric}.png",
            caption="../report/text_to_image.rst",
            category="Figures",
            labels={"figure": "text to image, {metric}"},
        ),
        pdf="<results>/figures/text_to_image_{metric}.pdf",
        csv="<results>/figures/text_to_image_{metric}.csv",
    log:
        "<logs>/figure_text_to_image/{metric}.log",
    wildcard_constraints:
        metric=one_of(config["text_to_image"]["metrics"]),
    conda:
        "../envs/workflow.yaml"
    params:
        binning=json.dumps(config["analysis"]["text_to_image"]),
        main=json.dumps(config["analysis"]["main"]),
        threshold=config["counting"]["thresholds"][0],
    shell:
        "python {input.script} --metric {wildcards.metric} --scores {input.scores} --counts {input.counts}"
        " --fits {input.fits} --binning {params.binning:q} --main {params.main:q} --threshold {params.threshold}"
        " --out {output.png} 2>&1 | tee {log}"


rule tabulate_people:
    """Tabulate how recognisable generated people are, by the frequency of their names."""
    input:
        script=src("tabulate_people.py"),
        lib=lib("tabulate_people.py"),
        names=PEOPLE_FILES["names"],
        counts=PEOPLE_FILES["counts"],
        ratings=PEOPLE_FILES["ratings"],
    output:
        report("<results>/tables/people.csv", caption="../report/people.rst", category="Tables"),
    log:
        "<logs>/tabulate_people.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --names {input.names} --counts {input.counts} --ratings {input.ratings}"
        " --out {output} 2>&1 | tee {log}"


rule figure_people:
    """Draw how recognisable generated people are against the frequency of their names."""
    input:
        script=src("figure_people.py"),
        lib=lib("figure_people.py"),
        people="<results>/tables/people.csv",
    output:
        png=report(
            "<results>/figures/people.png",
            caption="../report/people.rst",
            category="Figures",
            labels={"figure": "people"},
        ),
        pdf="<results>/figures/people.pdf",
        csv="<results>/figures/people.csv",
    log:
        "<logs>/figure_people.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --people {input.people} --out {output.png} 2>&1 | tee {log}"

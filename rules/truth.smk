"""Reads: indices, tags, the planted truth. Produces: how far the counts can be trusted where all is known."""


rule compare_with_truth:
    """Compare a composed dataset's estimated counts with the planted ones."""
    input:
        **code("compare_with_truth.py"),
        index=per_chunk(MAIN_INDEX),
        tags=per_chunk("<results>/image_tags/{pretraining}/{chunk}.parquet"),
        truth=of_dataset("truth"),
        concepts=config["concepts"],
    output:
        "<results>/truth/{pretraining}.parquet",
    log:
        "<logs>/compare_with_truth/{pretraining}.log",
    conda:
        "../envs/workflow.yaml"
    params:
        files=of_files(index="index", tags="tags", truth="truth"),
        settings=flags(mode=MODE, **TAGS),
    shell:
        program(
            "--pretraining {wildcards.pretraining:q} {params.files} --concepts {input.concepts:q}",
            "{params.settings} --threads {threads} --out {output:q}",
        )


rule tabulate_truth:
    """Tabulate precision, recall, rank correlation and ratio of the counts against the truth."""
    input:
        **code("tabulate_truth.py"),
        comparisons=expand("<results>/truth/{pretraining}.parquet", pretraining=study.composed),
    output:
        table("truth_check"),
    log:
        "<logs>/tabulate_truth.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        program("--comparisons {input.comparisons:q} --out {output:q}")


rule figure_truth_check:
    """Draw estimated against planted counts."""
    input:
        **code("figure_truth_check.py"),
        comparisons=expand("<results>/truth/{pretraining}.parquet", pretraining=study.composed),
        summary="<results>/tables/truth_check.csv",
    output:
        **figure("truth_check", "truth check"),
    log:
        "<logs>/figure_truth_check.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        program("--comparisons {input.comparisons:q} --summary {input.summary:q} --out {output.png:q}")


rule correct_counts:
    """Correct a composed dataset's image counts from its first pictures, taken as labelled, with intervals."""
    input:
        **code("correct_counts.py"),
        tags=per_chunk("<results>/image_tags/{pretraining}/{chunk}.parquet"),
        histograms=per_chunk("<results>/tag_histograms/{pretraining}/{chunk}.parquet"),
        truth=of_dataset("truth"),
        concepts=config["concepts"],
    output:
        table("{pretraining}", caption="corrected_counts", folder="<results>/tables/corrected_counts"),
    log:
        "<logs>/correct_counts/{pretraining}.log",
    conda:
        "../envs/workflow.yaml"
    params:
        files=of_files(tags="tags", histograms="histograms", truth="truth"),
        settings=flags(
            **TAGS,
            labelled=config["checks"]["labelled"],
            draws=2 * config["analysis"]["draws"],
            seed=config["analysis"]["seed"],
        ),
    shell:
        program(
            "--pretraining {wildcards.pretraining:q} {params.files} --concepts {input.concepts:q} {params.settings}",
            "--out {output:q}",
        )


rule figure_tagger_quality:
    """Draw the tagger's calibration, and its counts before and after correction, where the truth is known."""
    input:
        **code("figure_tagger_quality.py"),
        corrected=expand("<results>/tables/corrected_counts/{pretraining}.csv", pretraining=study.composed),
        tags=study.over_chunks("<results>/image_tags/{pretraining}/{chunk}.parquet", study.composed),
        truth=[path for name in study.composed for path in study.datasets[name].truth],
        concepts=config["concepts"],
    output:
        **figure("tagger_quality", "quality of the tagger"),
    log:
        "<logs>/figure_tagger_quality.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        files=of_files(tags="tags", truth="truth"),
    shell:
        program("--corrected {input.corrected:q} {params.files} --concepts {input.concepts:q} --out {output.png:q}")

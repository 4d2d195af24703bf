"""Reads: shards, captions, tags, rated pairs. Produces: sheets of pictures, to judge counts by eye."""


rule figure_contact_sheet:
    """Draw samples of a dataset with their captions and tags."""
    input:
        script=src("figure_contact_sheet.py"),
        lib=lib("figure_contact_sheet.py"),
        shard=ancient(lambda wildcards: first_shard(wildcards.pretraining)),
        captions=lambda wildcards: f"<results>/captions/{{pretraining}}/{first_chunk(wildcards.pretraining)}.parquet",
        tags=lambda wildcards: f"<results>/image_tags/{{pretraining}}/{first_chunk(wildcards.pretraining)}.parquet",
        concepts=config["concepts"],
    output:
        png=report(
            "<results>/figures/contact_sheet_{pretraining}.png",
            caption="../report/contact_sheet.rst",
            category="Figures",
            labels={"figure": "contact sheet, {pretraining}"},
        ),
        pdf="<results>/figures/contact_sheet_{pretraining}.pdf",
        csv="<results>/figures/contact_sheet_{pretraining}.csv",
    log:
        "<logs>/figure_contact_sheet/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        shard=lambda wildcards, input: first_path(wildcards.pretraining, input.shard),
        threshold=config["counting"]["thresholds"][0],
        rule=THRESHOLD_RULE,
    shell:
        "python {input.script} --shard {params.shard:q} --captions {input.captions} --tags {input.tags}"
        " --concepts {input.concepts} --threshold {params.threshold} {params.rule} --out {output.png} 2>&1 | tee {log}"


rule figure_thresholds:
    """Draw a sheet of pictures with the tags that each threshold adds (Fig. 23)."""
    input:
        script=src("figure_thresholds.py"),
        lib=lib("figure_thresholds.py"),
        shard=ancient(lambda wildcards: first_shard(wildcards.pretraining)),
        tags=lambda wildcards: f"<results>/image_tags/{wildcards.pretraining}/{first_chunk(wildcards.pretraining)}.parquet",
        concepts=config["concepts"],
    output:
        png=report(
            "<results>/figures/thresholds_{pretraining}.png",
            caption="../report/thresholds.rst",
            category="Figures",
            labels={"figure": "tags by threshold, {pretraining}"},
        ),
        pdf="<results>/figures/thresholds_{pretraining}.pdf",
        csv="<results>/figures/thresholds_{pretraining}.csv",
    log:
        "<logs>/figure_thresholds/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        shard=lambda wildcards, input: first_path(wildcards.pretraining, input.shard),
        thresholds=config["counting"]["thresholds"],
        rule=THRESHOLD_RULE,
    shell:
        "python {input.script} --shard {params.shard:q} --tags {input.tags} --concepts {input.concepts}"
        " --thresholds {params.thresholds} {params.rule} --out {output.png} 2>&1 | tee {log}"


rule figure_misaligned:
    """Draw a sheet of pairs that are called misaligned, with captions and tags (Fig. 26)."""
    input:
        script=src("figure_misaligned.py"),
        lib=lib("figure_misaligned.py"),
        pairs="<results>/rating/{pretraining}/pairs.parquet",
    output:
        png=report(
            "<results>/figures/misaligned_{pretraining}.png",
            caption="../report/misaligned.rst",
            category="Figures",
            labels={"figure": "misaligned pairs, {pretraining}"},
        ),
        pdf="<results>/figures/misaligned_{pretraining}.pdf",
        csv="<results>/figures/misaligned_{pretraining}.csv",
    log:
        "<logs>/figure_misaligned/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --pairs {input.pairs} --out {output.png} 2>&1 | tee {log}"


rule figure_tagger_comparison:
    """Draw the same pictures as several taggers see them, and tabulate how they agree (Fig. 22)."""
    input:
        script=src("figure_tagger_comparison.py"),
        lib=lib("figure_tagger_comparison.py"),
        shard=ancient(lambda wildcards: first_shard(compared_dataset())),
        tags=lambda wildcards: f"<results>/image_tags/{compared_dataset()}/{first_chunk(compared_dataset())}.parquet",
        others=expand("<results>/tagger_comparison/{tagger}.parquet", tagger=COMPARED),
        truth=lambda wildcards: truth_of(compared_dataset())[:1] if compared_dataset() in COMPOSED else [],
        concepts=config["concepts"],
    output:
        png=report(
            "<results>/figures/tagger_comparison.png",
            caption="../report/tagger_comparison.rst",
            category="Figures",
            labels={"figure": "taggers side by side"},
        ),
        pdf="<results>/figures/tagger_comparison.pdf",
        csv="<results>/figures/tagger_comparison.csv",
        table=report(
            "<results>/tables/tagger_comparison.csv", caption="../report/tagger_comparison.rst", category="Tables"
        ),
    log:
        "<logs>/figure_tagger_comparison.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        shard=lambda wildcards, input: first_path(compared_dataset(), input.shard),
        names=["tagger", *COMPARED],
        truth=lambda wildcards, input: optional("--truth", input.truth),
        thresholds=config["counting"]["thresholds"],
        rule=THRESHOLD_RULE,
    shell:
        "python {input.script} --shard {params.shard:q} --tags {input.tags} {input.others} --names {params.names}"
        " {params.truth} --concepts {input.concepts} --thresholds {params.thresholds} {params.rule} --table {output.table}"
        " --out {output.png} 2>&1 | tee {log}"

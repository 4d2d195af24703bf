"""Reads: registries, sources of evaluation sets. Produces: evaluation sets, class names, templates, the made concept list."""


rule import_downstream:
    """Turn an evaluation set of another form into CLIP_benchmark's WebDataset layout."""
    input:
        **code("import_downstream.py"),
        class_names=of_set("given_class_names"),
    output:
        shard="<resources>/downstream/{dataset}/test/0.tar",
        classes="<resources>/downstream/{dataset}/classnames.txt",
        record="<resources>/downstream/{dataset}/record.csv",
    log:
        "<logs>/import_downstream/{dataset}.log",
    priority: FIRST
    conda:
        "../envs/workflow.yaml"
    params:
        source=lambda wildcards: of_row(study.listed[wildcards.dataset].row, "source", "split"),
        class_names=of_files(class_names="class_names"),
        cache=lambda wildcards, output: flags(cache=Path(output.classes).parent / "fetched"),
    shell:
        program(
            "{params.source} {params.class_names} {params.cache} --classes {output.classes:q} --record {output.record:q} --out {output.shard:q}"
        )


rule list_samples:
    """List a set's labels or captions once, and check that it is the set that its row describes."""
    input:
        **code("list_samples.py"),
        shards=of_set("shards"),
        classes=of_set("class_names"),
    output:
        "<results>/samples/{dataset}.parquet",
    log:
        "<logs>/list_samples/{dataset}.log",
    conda:
        "../envs/workflow.yaml"
    params:
        classes=of_files(classes="classes"),
        expected=lambda wildcards: of_row(
            study.listed[wildcards.dataset].row, "task", "n_classes", "n_images", "sha256"
        ),
    shell:
        program("--shards {input.shards:q} {params.classes} {params.expected} --out {output:q}")


rule list_templates:
    """List the prompt templates that CLIP_benchmark has for an evaluation set."""
    input:
        **code("list_templates.py"),
        templates="<resources>/files/templates.json",
    output:
        "<resources>/templates/{templates}.txt",
    log:
        "<logs>/list_templates/{templates}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        program("--templates {input.templates:q} --name {wildcards.templates:q} --out {output:q}")


rule list_concepts:
    """Make the concept list of all that this run scores: class names, and nouns of captions where those are scored."""
    input:
        **code("list_concepts.py"),
        classes=lambda wildcards: study.listed_names["classes"],
        samples=lambda wildcards: study.listed_names["samples"],
    output:
        f"<resources>/{MADE_CONCEPTS}",
    log:
        "<logs>/list_concepts.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        names=of_files(classes="classes", samples="samples"),
        nouns=flags(nouns_by=SPACY_MODEL, min_images=config["retrieval"]["min_images"]),
    shell:
        program("{params.names} {params.nouns} --out {output:q}")

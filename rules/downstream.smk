"""Reads: registries, sources of evaluation sets and models. Produces: evaluation sets, class names, templates, weights."""


rule retrieve_model:
    """Fetch a published model and translate its checkpoint to open_clip, strictly."""
    input:
        script=src("retrieve_model.py"),
        lib=lib("retrieve_model.py"),
        architecture=architecture_file,
        checkpoint=local_checkpoint,
    output:
        weights="<resources>/models/{pretraining}/{backbone}.safetensors",
        recipe="<resources>/models/{pretraining}/{backbone}.json",
    log:
        "<logs>/retrieve_model/{pretraining}/{backbone}.log",
    # what cannot be fetched is known before anything else has run
    priority: FIRST
    retries: 2
    conda:
        "../envs/workflow.yaml"
    params:
        architecture=architecture_of,
        source=lambda wildcards: model_of(wildcards).source,
        format=lambda wildcards: optional("--format", model_of(wildcards).format),
        preprocessing=lambda wildcards: optional("--preprocessing", model_of(wildcards).preprocessing),
        sha256=lambda wildcards: optional("--sha256", model_of(wildcards).sha256),
        cache=lambda wildcards, output: f"{Path(output.weights).parents[1]}/fetched",
    shell:
        "python {input.script} --architecture {params.architecture} --source {params.source:q} {params.format}"
        " {params.preprocessing} {params.sha256} --cache {params.cache} --recipe {output.recipe}"
        " --out {output.weights} 2>&1 | tee {log}"


rule import_downstream:
    """Turn an evaluation set of another form into CLIP_benchmark's WebDataset layout."""
    input:
        script=src("import_downstream.py"),
        lib=lib("import_downstream.py"),
        class_names=lambda wildcards: given_class_names(wildcards.dataset),
    output:
        shard="<resources>/downstream/{dataset}/test/0.tar",
        classes="<resources>/downstream/{dataset}/classnames.txt",
    log:
        "<logs>/import_downstream/{dataset}.log",
    priority: FIRST
    conda:
        "../envs/workflow.yaml"
    params:
        source=lambda wildcards: DOWNSTREAM.source[wildcards.dataset],
        split=lambda wildcards: optional("--split", DOWNSTREAM.split[wildcards.dataset]),
        class_names=lambda wildcards, input: optional("--class-names", input.class_names),
        cache=lambda wildcards, output: f"{Path(output.classes).parent}/fetched",
    shell:
        "python {input.script} --source {params.source:q} {params.split} {params.class_names} --cache {params.cache}"
        " --classes {output.classes} --out {output.shard} 2>&1 | tee {log}"


rule list_samples:
    """List a set's labels or captions once, and check that it is the set that its row describes."""
    input:
        script=src("list_samples.py"),
        lib=lib("list_samples.py"),
        shards=downstream_shards,
        classes=downstream_classes,
    output:
        "<results>/samples/{dataset}.parquet",
    log:
        "<logs>/list_samples/{dataset}.log",
    conda:
        "../envs/workflow.yaml"
    params:
        task=lambda wildcards: DOWNSTREAM.task[wildcards.dataset],
        classes=lambda wildcards, input: optional("--classes", input.classes),
        expected=lambda wildcards: " ".join(
            optional(f"--{column.replace('_', '-')}", DOWNSTREAM.loc[wildcards.dataset, column])
            for column in ("n_classes", "n_images", "sha256")
        ),
    shell:
        "python {input.script} --shards {input.shards:q} --task {params.task} {params.classes} {params.expected}"
        " --out {output} 2>&1 | tee {log}"


rule list_templates:
    """List the prompt templates that CLIP_benchmark has for an evaluation set."""
    input:
        script=src("list_templates.py"),
        lib=lib("list_templates.py"),
        templates="<resources>/files/templates.json",
    output:
        "<resources>/templates/{templates}.txt",
    log:
        "<logs>/list_templates/{templates}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --templates {input.templates} --name {wildcards.templates} --out {output} 2>&1 | tee {log}"


rule list_concepts:
    """Make a concept list of the class names of this run's classification sets."""
    input:
        script=src("list_concepts.py"),
        lib=lib("list_concepts.py"),
        classes=lambda wildcards: [
            given_class_names(name) or class_names_of(name)
            for name in DOWNSTREAM.index[DOWNSTREAM.task == "classification"]
        ],
    output:
        f"<resources>/{MADE_CONCEPTS}",
    log:
        "<logs>/list_concepts.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --classes {input.classes} --out {output} 2>&1 | tee {log}"

"""Reads: the paper's released data. Produces: its counts and scores in our tables, an audit, and Tables 1 and 2.

The data folder is the config's released_data; where it is not given, upstream's archive is fetched at one commit.
"""


include: "released_inputs.smk"
include: "text_to_image.smk"
include: "let_it_wag.smk"


if "released_data" not in config:

    rule retrieve_released:
        """Fetch the released data from upstream, pinned by commit."""
        input:
            script=ancient(src("retrieve_released.py")),
            lib=ancient(lib("retrieve_released.py")),
        output:
            everything_released(),
        log:
            "<logs>/retrieve_released.log",
        retries: 3
        localrule: True
        conda:
            "../envs/workflow.yaml"
        params:
            url=f"https://codeload.github.com/{UPSTREAM}/tar.gz/{COMMIT}",
            commit=COMMIT,
            folder=RELEASED,
        shell:
            "python {input.script} --url {params.url} --commit {params.commit} --folder {params.folder} 2>&1 | tee {log}"


rule read_published_counts:
    """Put a dataset's published counts into the shape of counted ones."""
    input:
        script=src("read_published_counts.py"),
        lib=lib("read_published_counts.py"),
        counts=lambda wildcards: count_files(wildcards.pretraining),
        misalignment=lambda wildcards: misalignment_file(wildcards.pretraining),
    output:
        "<results>/counts/{pretraining}.parquet",
    log:
        "<logs>/read_published_counts/{pretraining}.log",
    wildcard_constraints:
        pretraining=one_of(PUBLISHED),
    conda:
        "../envs/workflow.yaml"
    params:
        columns=lambda wildcards: count_columns_of(wildcards.pretraining),
        misalignment=lambda wildcards, input: optional("--misalignment", input.misalignment),
        pairs=lambda wildcards: optional("--pairs", PRETRAINING.pairs[wildcards.pretraining]),
    shell:
        "python {input.script} --counts {input.counts:q} --columns {params.columns:q} {params.misalignment}"
        " {params.pairs} --out {output} 2>&1 | tee {log}"


rule read_published_scores:
    """Put published scores into the shape of evaluated ones."""
    input:
        script=src("read_published_scores.py"),
        lib=lib("read_published_scores.py"),
        files=lambda wildcards: published_scores(wildcards.table),
    output:
        "<results>/published/{table}.parquet",
    log:
        "<logs>/read_published_scores/{table}.log",
    wildcard_constraints:
        table=one_of(SCORES.values()),
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --files {input.files:q} --table {wildcards.table} --out {output} 2>&1 | tee {log}"


rule list_classes:
    """List the class names of a published evaluation set, in the order of its published accuracies."""
    input:
        script=src("list_classes.py"),
        lib=lib("list_classes.py"),
        scores=lambda wildcards: class_scores(wildcards.dataset),
    output:
        "<resources>/class_names/{dataset}.txt",
    log:
        "<logs>/list_classes/{dataset}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        n_classes=lambda wildcards: DOWNSTREAM.n_classes[wildcards.dataset],
    shell:
        "python {input.script} --scores {input.scores} --dataset {wildcards.dataset} --n-classes {params.n_classes}"
        " --out {output} 2>&1 | tee {log}"


rule audit_published_counts:
    """List published counts that contradict one another."""
    input:
        script=src("audit_published_counts.py"),
        lib=lib("audit_published_counts.py"),
        counts=counts_of(PUBLISHED),
        files=superseded_files(),
    output:
        audit="<results>/tables/count_audit.csv",
        summary=report(
            "<results>/tables/count_audit_summary.csv", caption="../report/count_audit.rst", category="Tables"
        ),
    log:
        "<logs>/audit_published_counts.log",
    conda:
        "../envs/workflow.yaml"
    params:
        pairs=json.dumps({name: int(n) for name in PUBLISHED if (n := PRETRAINING.pairs[name])}),
    shell:
        "python {input.script} --counts {input.counts} --pairs {params.pairs:q} --files {input.files:q}"
        " --summary {output.summary} --out {output.audit} 2>&1 | tee {log}"


rule tabulate_datasets:
    """Tabulate pretraining datasets, evaluation sets and text-to-image models (Tables 1 and 2)."""
    input:
        script=src("tabulate_datasets.py"),
        lib=lib("tabulate_datasets.py"),
        pretraining=config["registries"]["pretraining"],
        downstream=config["registries"]["downstream"],
        scores=score_tables(),
        counts="<results>/tables/concept_counts.parquet",
    output:
        datasets=report("<results>/tables/datasets.csv", caption="../report/datasets.rst", category="Tables"),
        models=report("<results>/tables/text_to_image_models.csv", caption="../report/datasets.rst", category="Tables"),
    log:
        "<logs>/tabulate_datasets.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --pretraining {input.pretraining} --downstream {input.downstream}"
        " --scores {input.scores} --counts {input.counts} --text-to-image-models {output.models}"
        " --out {output.datasets} 2>&1 | tee {log}"


rule compare_with_published:
    """Compare with every number that the paper prints; a difference without a known reason fails the run."""
    input:
        script=src("compare_with_published.py"),
        lib=lib("compare_with_published.py"),
        published=config["registries"]["published_values"],
        fits="<results>/tables/log_linear_fits.csv",
        correlation="<results>/tables/frequency_correlation.csv",
        lines="<results>/tables/let_it_wag_lines.csv",
        people="<results>/tables/people.csv",
    output:
        report(
            "<results>/tables/published_comparison.csv",
            caption="../report/published_comparison.rst",
            category="Tables",
        ),
    log:
        "<logs>/compare_with_published.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --published {input.published} --fits {input.fits} --correlation {input.correlation}"
        " --lines {input.lines} --people {input.people} --out {output} 2>&1 | tee {log}"


rule released:
    """What only the paper's released data have: its text-to-image, rare-concept and people results, and the audit."""
    input:
        expand("<results>/figures/text_to_image_{metric}.png", metric=config["text_to_image"]["metrics"]),
        "<results>/figures/people.png",
        "<results>/figures/let_it_wag.png",
        "<results>/figures/let_it_wag_frequency.png",
        "<results>/tables/let_it_wag.csv",
        "<results>/tables/datasets.csv",
        "<results>/tables/count_audit_summary.csv",
        "<results>/tables/published_comparison.csv",

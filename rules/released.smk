"""Reads: the paper's released data. Produces: its counts and scores in our tables, an audit, and Tables 1 and 2.

The data folder is the config's released_data; where it is not given, upstream's archive is fetched at one commit.
"""

RELEASED = study.released


include: "text_to_image.smk"
include: "let_it_wag.smk"


if "released_data" not in config:

    rule retrieve_released:
        """Fetch the released data from upstream, pinned by commit."""
        input:
            **code("retrieve_released.py", fetches=True),
        output:
            RELEASED.everything(),
        log:
            "<logs>/retrieve_released.log",
        localrule: True
        conda:
            "../envs/workflow.yaml"
        params:
            source=flags(url=f"https://codeload.github.com/{UPSTREAM}/tar.gz/{COMMIT}", commit=COMMIT),
            folder=flags(folder=RELEASED.folder),
        shell:
            program("{params.source} {params.folder}")


rule read_published_counts:
    """Put a dataset's published counts into the shape of counted ones."""
    input:
        **code("read_published_counts.py"),
        counts=lambda wildcards: RELEASED.count_files(wildcards.pretraining),
        misalignment=lambda wildcards: RELEASED.misalignment(wildcards.pretraining),
    output:
        "<results>/counts/{pretraining}.parquet",
    log:
        "<logs>/read_published_counts/{pretraining}.log",
    wildcard_constraints:
        pretraining=one_of(study.published),
    conda:
        "../envs/workflow.yaml"
    params:
        columns=lambda wildcards: flags(columns=RELEASED.count_columns(wildcards.pretraining)),
        misalignment=of_files(misalignment="misalignment"),
        pairs=lambda wildcards: of_row(study.datasets[wildcards.pretraining].row, "pairs"),
    shell:
        program("--counts {input.counts:q} {params.columns} {params.misalignment} {params.pairs} --out {output:q}")


rule read_published_scores:
    """Put published scores into the shape of evaluated ones."""
    input:
        **code("read_published_scores.py"),
        files=lambda wildcards: RELEASED.scores(wildcards.table),
    output:
        "<results>/published/{table}.parquet",
    log:
        "<logs>/read_published_scores/{table}.log",
    wildcard_constraints:
        table=one_of(SCORE_TABLES),
    conda:
        "../envs/workflow.yaml"
    shell:
        program("--files {input.files:q} --table {wildcards.table:q} --out {output:q}")


rule list_classes:
    """List the class names of a published evaluation set, in the order of its published accuracies."""
    input:
        **code("list_classes.py"),
        scores=lambda wildcards: RELEASED.class_scores(wildcards.dataset),
    output:
        "<resources>/class_names/{dataset}.txt",
    log:
        "<logs>/list_classes/{dataset}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        n_classes=lambda wildcards: of_row(study.listed[wildcards.dataset].row, "n_classes"),
    shell:
        program("--scores {input.scores:q} --dataset {wildcards.dataset:q} {params.n_classes} --out {output:q}")


rule audit_published_counts:
    """List published counts that contradict one another."""
    input:
        **code("audit_published_counts.py"),
        counts=study.counts(study.published),
        files=RELEASED.superseded,
    output:
        audit="<results>/tables/count_audit.csv",
        summary=table("count_audit_summary", caption="count_audit"),
    log:
        "<logs>/audit_published_counts.log",
    conda:
        "../envs/workflow.yaml"
    params:
        pairs=flags(
            pairs=json.dumps({name: int(n) for name in study.published if (n := study.datasets[name].row.pairs)})
        ),
    shell:
        program(
            "--counts {input.counts:q} {params.pairs} --files {input.files:q}",
            "--summary {output.summary:q} --out {output.audit:q}",
        )


rule tabulate_datasets:
    """Tabulate pretraining datasets, evaluation sets and text-to-image models (Tables 1 and 2)."""
    input:
        **code("tabulate_datasets.py"),
        pretraining=config["registries"]["pretraining"],
        downstream=config["registries"]["downstream"],
        scores=study.scores.tables(),
        counts="<results>/tables/concept_counts.parquet",
    output:
        datasets=table("datasets"),
        models=table("text_to_image_models", caption="datasets"),
    log:
        "<logs>/tabulate_datasets.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        program(
            "--pretraining {input.pretraining:q} --downstream {input.downstream:q}",
            "--scores {input.scores:q} --counts {input.counts:q} --text-to-image-models {output.models:q}",
            "--out {output.datasets:q}",
        )


rule compare_with_published:
    """Compare with every number that the paper prints; a difference without a known reason fails the run."""
    input:
        **code("compare_with_published.py"),
        published=config["registries"]["published_values"],
        fits="<results>/tables/log_linear_fits.csv",
        correlation="<results>/tables/frequency_correlation.csv",
        lines="<results>/tables/let_it_wag_lines.csv",
        people="<results>/tables/people.csv",
    output:
        table("published_comparison"),
    log:
        "<logs>/compare_with_published.log",
    conda:
        "../envs/workflow.yaml"
    shell:
        program(
            "--published {input.published:q} --fits {input.fits:q} --correlation {input.correlation:q}",
            "--lines {input.lines:q} --people {input.people:q} --out {output:q}",
        )


rule released:
    """What only the paper's released data have: its text-to-image, rare-concept and people results, and the audit."""
    input:
        expand("<results>/figures/text_to_image_{metric}.png", metric=RELEASED.metrics),
        "<results>/figures/people.png",
        "<results>/figures/let_it_wag.png",
        "<results>/figures/let_it_wag_frequency.png",
        "<results>/tables/let_it_wag.csv",
        "<results>/tables/datasets.csv",
        "<results>/tables/count_audit_summary.csv",
        "<results>/tables/published_comparison.csv",

"""Reads: fits, scores, counts, text indices. Produces: what to add for a better score, and what a balanced sample keeps."""


rule tabulate_plan:
    """Tabulate how many more pairs of each concept would give so many points more."""
    input:
        **code("tabulate_plan.py"),
        **SCORES_AND_COUNTS,
        fits="<results>/tables/log_linear_fits.csv",
    output:
        table("sample_plan"),
    log:
        "<logs>/tabulate_plan.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        settings=flags(**MAIN, left_out=LEFT_OUT, points=config["analysis"]["plan_points"]),
    shell:
        program(
            "--scores {input.scores:q} --counts {input.counts:q} --fits {input.fits:q} {params.settings}",
            "--out {output:q}",
        )


rule balance_pairs:
    """Decide which pairs of a chunk a balanced sample keeps (MetaCLIP), by the concepts that their captions name."""
    input:
        **code("balance_pairs.py"),
        captions="<results>/captions/{pretraining}/{chunk}.parquet",
        index=MAIN_INDEX,
        counts="<results>/counts/{pretraining}.parquet",
        concepts=config["concepts"],
    output:
        pairs="<results>/balanced/{pretraining}/{chunk}.parquet",
        sums="<results>/balanced_counts/{pretraining}/{chunk}.parquet",
    log:
        "<logs>/balance_pairs/{pretraining}/{chunk}.log",
    benchmark:
        "<benchmarks>/balance_pairs/{pretraining}/{chunk}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500),
        runtime=minutes(10, per_shard=0.2),
    params:
        settings=flags(mode=MODE, **config["balance"]),
    shell:
        program(
            "--index {input.index:q} --captions {input.captions:q} --counts {input.counts:q}",
            "--concepts {input.concepts:q} {params.settings} --threads {threads}",
            "--sums {output.sums:q} --out {output.pairs:q}",
        )


rule tabulate_balance:
    """Tabulate how often each concept is named before and after balancing."""
    input:
        **code("tabulate_balance.py"),
        sums=study.over_chunks("<results>/balanced_counts/{pretraining}/{chunk}.parquet"),
    output:
        table("balanced_sampling"),
    log:
        "<logs>/tabulate_balance.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        sums=of_files(sums="sums"),
    shell:
        program("{params.sums} --out {output:q}")


rule balance:
    """Which pairs a balanced sample keeps, of every dataset that is counted here."""
    input:
        study.over_chunks("<results>/balanced/{pretraining}/{chunk}.parquet"),
        "<results>/tables/balanced_sampling.csv",

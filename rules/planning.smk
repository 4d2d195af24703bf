"""Reads: fits, scores, counts, text indices. Produces: what to add for a better score, and what a balanced sample keeps."""


rule tabulate_plan:
    """Tabulate how many more pairs of each concept would give so many points more."""
    input:
        script=src("tabulate_plan.py"),
        lib=lib("tabulate_plan.py"),
        scores=score_tables(),
        counts=counts_of(PRETRAINING.index),
        fits="<results>/tables/log_linear_fits.csv",
    output:
        report("<results>/tables/sample_plan.csv", caption="../report/sample_plan.rst", category="Tables"),
    log:
        "<logs>/tabulate_plan.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        main=json.dumps(config["analysis"]["main"]),
        threshold=config["counting"]["thresholds"][0],
        left_out=json.dumps(LEFT_OUT),
        points=config["analysis"]["plan_points"],
    shell:
        "python {input.script} --scores {input.scores} --counts {input.counts} --fits {input.fits}"
        " --main {params.main:q} --threshold {params.threshold} --left-out {params.left_out:q}"
        " --points {params.points} --out {output} 2>&1 | tee {log}"


rule balance_pairs:
    """Decide which pairs of a chunk a balanced sample keeps (MetaCLIP), by the concepts that their captions name."""
    input:
        script=src("balance_pairs.py"),
        lib=lib("balance_pairs.py"),
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
        mode=config["counting"]["modes"][0],
        cap=config["balance"]["cap"],
        seed=config["balance"]["seed"],
    shell:
        "python {input.script} --index {input.index} --captions {input.captions} --counts {input.counts}"
        " --concepts {input.concepts} --mode {params.mode} --cap {params.cap} --seed {params.seed}"
        " --threads {threads} --sums {output.sums} --out {output.pairs} 2>&1 | tee {log}"


rule tabulate_balance:
    """Tabulate how often each concept is named before and after balancing."""
    input:
        script=src("tabulate_balance.py"),
        lib=lib("tabulate_balance.py"),
        sums=[
            f"<results>/balanced_counts/{pretraining}/{chunk}.parquet"
            for pretraining, chunks in CHUNKS.items()
            for chunk in chunks
        ],
    output:
        report("<results>/tables/balanced_sampling.csv", caption="../report/balanced_sampling.rst", category="Tables"),
    log:
        "<logs>/tabulate_balance.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        sums=lambda wildcards, input: files_of_chunks(input.sums),
    shell:
        "python {input.script} --sums {params.sums} --out {output} 2>&1 | tee {log}"


rule balance:
    """Which pairs a balanced sample keeps, of every dataset that is counted here."""
    input:
        [f"<results>/balanced/{name}/{chunk}.parquet" for name, chunks in CHUNKS.items() for chunk in chunks],
        "<results>/tables/balanced_sampling.csv",

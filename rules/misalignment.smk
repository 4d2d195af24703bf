"""Reads: captions, text index, image tags, shards, ratings. Produces: pairs to rate, and how far misalignment holds."""


rule sample_pairs:
    """Draw pairs for raters, with their pictures; all but those of remote shards from the whole dataset (Table 7)."""
    input:
        script=src("sample_pairs.py"),
        lib=lib("sample_pairs.py"),
        captions=per_sampled_chunk("<results>/captions/{pretraining}/{chunk}.parquet"),
        index=per_sampled_chunk(MAIN_INDEX),
        tags=per_sampled_chunk("<results>/image_tags/{pretraining}/{chunk}.parquet"),
        skipped=per_sampled_chunk("<results>/skipped/pictures/{pretraining}/{chunk}.parquet"),
        # they say where the shards lie, and change with them
        manifests=lambda wildcards: made_manifests(wildcards.pretraining, sampled_chunks(wildcards.pretraining)),
        fetched=ancient(fetched_sample),
        concepts=config["concepts"],
    output:
        "<results>/rating/{pretraining}/pairs.parquet",
    log:
        "<logs>/sample_pairs/{pretraining}.log",
    benchmark:
        "<benchmarks>/sample_pairs/{pretraining}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1500),
        runtime=minutes(60),
    params:
        **{
            name: lambda wildcards, input, name=name: files_of_chunks(input[name])
            for name in ("captions", "index", "tags", "skipped")
        },
        manifests=lambda wildcards, input: optional("--manifests", " ".join(files_of_chunks(input.manifests))),
        fetched=lambda wildcards, input: optional("--fetched", input.fetched),
        mode=config["counting"]["modes"][0],
        threshold=config["counting"]["thresholds"][0],
        rule=THRESHOLD_RULE,
        pairs=config["checks"]["rated_pairs"],
        seed=config["analysis"]["seed"],
    shell:
        "python {input.script} --pretraining {wildcards.pretraining} --captions {params.captions}"
        " --index {params.index} --tags {params.tags} --skipped {params.skipped} {params.manifests}"
        " {params.fetched} --concepts {input.concepts} --mode {params.mode} --threshold {params.threshold}"
        " {params.rule} --pairs {params.pairs} --seed {params.seed} --threads {threads} --out {output} 2>&1 | tee {log}"


rule rate_by_truth:
    """Judge a composed dataset's sampled pairs by what was planted."""
    input:
        script=src("rate_by_truth.py"),
        lib=lib("rate_by_truth.py"),
        pairs="<results>/rating/{pretraining}/pairs.parquet",
        truth=lambda wildcards: truth_of(wildcards.pretraining),
    output:
        "<results>/rating/{pretraining}/truth.csv",
    log:
        "<logs>/rate_by_truth/{pretraining}.log",
    wildcard_constraints:
        pretraining=one_of(COMPOSED),
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --pairs {input.pairs} --truth {input.truth} --out {output} 2>&1 | tee {log}"


rule tabulate_ratings:
    """Tabulate true misalignment as raters see it, with intervals, and how far they agree (Table 7)."""
    input:
        script=src("tabulate_ratings.py"),
        lib=lib("tabulate_ratings.py"),
        pairs=expand("<results>/rating/{pretraining}/pairs.parquet", pretraining=RATED),
        truth=expand("<results>/rating/{pretraining}/truth.csv", pretraining=COMPOSED),
        ratings=rating_files(),
        planted=expand("<results>/truth/{pretraining}.parquet", pretraining=COMPOSED),
    output:
        table=report(
            "<results>/tables/rated_misalignment.csv", caption="../report/rated_misalignment.rst", category="Tables"
        ),
        agreement=report(
            "<results>/tables/rater_agreement.csv", caption="../report/rater_agreement.rst", category="Tables"
        ),
    log:
        "<logs>/tabulate_ratings.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    shell:
        "python {input.script} --pairs {input.pairs} --ratings {input.truth} {input.ratings:q}"
        " --planted {input.planted} --agreement {output.agreement} --out {output.table} 2>&1 | tee {log}"

"""Reads: shards anywhere. Produces: <scratch> (remote shards, while their chunk is worked on), manifests."""


rule fetch_shards:
    """Fetch a chunk's remote shards; they go when the chunk is counted and tagged."""
    input:
        script=ancient(src("fetch_shards.py")),
        lib=ancient(lib("fetch_shards.py")),
    output:
        temp(directory("<scratch>/{pretraining}/{chunk}")),
    log:
        "<logs>/fetch_shards/{pretraining}/{chunk}.log",
    benchmark:
        "<benchmarks>/fetch_shards/{pretraining}/{chunk}.tsv"
    # what is fetched is worked on before more is fetched: so disk holds no more chunks than jobs run
    priority: -1
    retries: 2
    conda:
        "../envs/workflow.yaml"
    resources:
        downloads=1,
        mem_mb=megabytes(1000),
        runtime=minutes(30, per_shard=1),
    params:
        **{key: config["fetching"][key] for key in ("connections", "tries", "pause")},
        shards=lambda wildcards: rows_of(filter(lambda shard: is_remote(shard.location), chunk_shards(wildcards))),
    shell:
        "python {input.script} --shards {params.shards:q} --connections {params.connections} --tries {params.tries}"
        " --pause {params.pause} --folder {output} 2>&1 | tee {log}"


rule list_shards:
    """Size and sha256 of a chunk's shards; a shard unlike what its manifest says ends the run."""
    input:
        script=src("list_shards.py"),
        lib=lib("list_shards.py"),
        shards=shards_here,
        kept=ancient(shards_kept),
    output:
        "<results>/manifests/{pretraining}/{chunk}.tsv",
    log:
        "<logs>/list_shards/{pretraining}/{chunk}.log",
    benchmark:
        "<benchmarks>/list_shards/{pretraining}/{chunk}.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=megabytes(1000),
        runtime=minutes(10, per_shard=0.2),
    params:
        expected=lambda wildcards: rows_of(chunk_shards(wildcards)),
    shell:
        "python {input.script} --shards {input.shards:q} {input.kept:q} --expected {params.expected:q}"
        " --out {output} 2>&1 | tee {log}"


rule collect_manifest:
    """A dataset's manifest: name, location, size and sha256 of every shard."""
    input:
        per_chunk("<results>/manifests/{pretraining}/{chunk}.tsv"),
    output:
        "<results>/manifests/{pretraining}.tsv",
    log:
        "<logs>/collect_manifest/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        chunks=lambda wildcards, input: files_of_chunks(input),
    shell:
        "awk 'FNR > 1 || NR == 1' {params.chunks} > {output} 2> {log}"

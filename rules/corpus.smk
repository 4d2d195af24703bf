"""Reads: pictures, tweet counts. Produces: the emoji world's shards, evaluation sets, and the truth about them."""

if "corpus" in config:
    CORPUS = config["corpus"]

    rule design_frequencies:
        """Decide how often each concept occurs in a composed dataset."""
        input:
            **code("design_frequencies.py"),
            concepts=config["concepts"],
            tweets="<resources>/files/emoji_sentiment.csv",
        output:
            "<results>/design/{pretraining}.tsv",
        log:
            "<logs>/design_frequencies/{pretraining}.log",
        wildcard_constraints:
            pretraining=one_of(study.composable),
        localrule: True
        conda:
            "../envs/workflow.yaml"
        params:
            design=lambda wildcards: of_row(study.datasets[wildcards.pretraining].row, "order", "samples", "seed"),
            decades=flags(decades=CORPUS["decades"]),
        shell:
            program(
                "--concepts {input.concepts:q} --tweets {input.tweets:q}",
                "{params.design} {params.decades} --out {output:q}",
            )

    rule compose_shard:
        """Compose one shard of captioned scenes, and the truth about it for the checks."""
        input:
            **code("compose_shard.py"),
            concepts=config["concepts"],
            design="<results>/design/{pretraining}.tsv",
            pictures=study.picture_sets("train"),
        output:
            shard="<results>/shards/{pretraining}/{shard}.tar",
            truth="<results>/truth/{pretraining}/{shard}.parquet",
        log:
            "<logs>/compose_shard/{pretraining}/{shard}.log",
        benchmark:
            "<benchmarks>/compose_shard/{pretraining}/{shard}.tsv"
        wildcard_constraints:
            pretraining=one_of(study.composable),
        priority: FIRST
        conda:
            "../envs/workflow.yaml"
        resources:
            mem_mb=megabytes(1500),
            runtime=minutes(30),
        params:
            design=lambda wildcards: of_row(study.datasets[wildcards.pretraining].row, "samples", "seed"),
            world=flags(
                shard_size=CORPUS["shard_size"],
                side=CORPUS["side"],
                caption_style=CORPUS["captions"],
                wrong_captions=CORPUS["wrong_captions"],
                broken=CORPUS["broken"],
            ),
            synthetic=lambda wildcards: flags(
                synthetic=study.datasets[wildcards.pretraining].row.pictures == "synthetic"
            ),
        shell:
            program(
                "--concepts {input.concepts:q} --pictures {input.pictures:q} --design {input.design:q}",
                "{params.design} {params.world} {params.synthetic}",
                "--truth {output.truth:q} --out {output.shard:q}",
            )

    rule compose_downstream:
        """Compose an evaluation set: held-out artists for classification, new scenes for retrieval."""
        input:
            **code("compose_downstream.py"),
            concepts=config["concepts"],
            pictures=lambda wildcards: study.picture_sets(study.sets[wildcards.dataset].row.pictures),
        output:
            shard="<results>/downstream/{dataset}/test/0.tar",
            classes="<results>/downstream/{dataset}/classnames.txt",
        log:
            "<logs>/compose_downstream/{dataset}.log",
        conda:
            "../envs/workflow.yaml"
        params:
            design=lambda wildcards: of_row(study.sets[wildcards.dataset].row, "task", "images", "seed"),
            side=flags(side=CORPUS["side"]),
        shell:
            program(
                "--concepts {input.concepts:q} --pictures {input.pictures:q} {params.design} {params.side}",
                "--classes {output.classes:q} --out {output.shard:q}",
            )

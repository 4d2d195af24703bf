"""Reads: everything. Produces: what made the results, and what they cost."""


rule tabulate_provenance:
    """Versions, config, shards and machine; time, memory and disk of every stage (Table 10)."""
    input:
        rules.figures.input,
        rules.tables.input,
        **code("tabulate_provenance.py"),
        concepts=config["concepts"] if study.measured else [],
        manifests=expand("<results>/manifests/{pretraining}.tsv", pretraining=study.measured),
        counts=study.counts(study.measured),
    output:
        costs=table("costs", category="Provenance"),
        disk=table("disk", category="Provenance"),
        table=table("provenance", category="Provenance"),
    log:
        "<logs>/tabulate_provenance.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        config=flags(config=json.dumps(config, sort_keys=True)),
        concepts=of_files(concepts="concepts"),
        folders=lambda wildcards, output: flags(
            benchmarks=config.get("pathvars", {}).get("benchmarks", "logs/benchmarks"),
            results=Path(output.table).parents[1],
        ),
    shell:
        program(
            "{params.config} {params.concepts} --manifests {input.manifests:q} --counts {input.counts:q}",
            "{params.folders} --costs {output.costs:q} --disk {output.disk:q} --out {output.table:q}",
        )

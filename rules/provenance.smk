"""Reads: everything. Produces: what made the results, and what they cost."""


rule tabulate_licences:
    """Licences and authors of the datasets, models, pictures and files that the run takes from elsewhere."""
    input:
        **code("tabulate_licences.py"),
        registries=records.registries(study),
    output:
        table("licences", category="Provenance"),
    log:
        "<logs>/tabulate_licences.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        names=lambda wildcards: flags(names=records.names(study)),
    shell:
        program("--registries {input.registries:q} {params.names} --out {output:q}")


rule tabulate_provenance:
    """Versions, config, shards and machine; time, memory and disk of every stage (Table 10)."""
    input:
        rules.figures.input,
        rules.tables.input,
        rules.tabulate_licences.output,
        **code("tabulate_provenance.py"),
        concepts=config["concepts"] if study.measured else [],
        manifests=expand("<results>/manifests/{pretraining}.tsv", pretraining=study.measured),
        counts=study.counts(study.measured),
        used=records.used_files(study),
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
        files=of_files(concepts="concepts", used="used"),
        sources=lambda wildcards: flags(sources=records.sources(study)),
        folders=lambda wildcards, output: flags(
            benchmarks=config.get("pathvars", {}).get("benchmarks", "logs/benchmarks"),
            results=Path(output.table).parents[1],
        ),
    shell:
        program(
            "{params.config} {params.files} {params.sources} --manifests {input.manifests:q} --counts {input.counts:q}",
            "{params.folders} --costs {output.costs:q} --disk {output.disk:q} --out {output.table:q}",
        )

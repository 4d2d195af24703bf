"""Reads: everything. Produces: what made the results, and what they cost."""


rule tabulate_provenance:
    """Versions, config, shards and machine; time, memory and disk of every stage (Table 10)."""
    input:
        rules.figures.input,
        rules.tables.input,
        script=src("tabulate_provenance.py"),
        lib=lib("tabulate_provenance.py"),
        concepts=config["concepts"] if MEASURED else [],
        manifests=expand("<results>/manifests/{pretraining}.tsv", pretraining=MEASURED),
        counts=counts_of(MEASURED),
    output:
        costs=report("<results>/tables/costs.csv", caption="../report/costs.rst", category="Provenance"),
        disk=report("<results>/tables/disk.csv", caption="../report/disk.rst", category="Provenance"),
        table=report("<results>/tables/provenance.csv", caption="../report/provenance.rst", category="Provenance"),
    log:
        "<logs>/tabulate_provenance.log",
    localrule: True
    conda:
        "../envs/workflow.yaml"
    params:
        config=json.dumps(config, sort_keys=True),
        concepts=lambda wildcards, input: optional("--concepts", input.concepts),
        benchmarks=config.get("pathvars", {}).get("benchmarks", "logs/benchmarks"),
        results=lambda wildcards, output: Path(output.table).parents[1],
    shell:
        "python {input.script} --config {params.config:q} {params.concepts} --manifests {input.manifests}"
        " --counts {input.counts} --benchmarks {params.benchmarks} --results {params.results}"
        " --costs {output.costs} --disk {output.disk} --out {output.table} 2>&1 | tee {log}"

"""How often concepts occur in image-text pretraining data, and how accuracy depends on it."""

from snakemake.utils import min_version

min_version("9.19")


report: "report/workflow.rst"


pathvars:
    results="results",
    resources="resources",
    scratch="results/scratch",
    logs="logs",
    benchmarks="logs/benchmarks",


include: "rules/common.smk"
include: "rules/retrieve.smk"
include: "rules/corpus.smk"
include: "rules/similarity.smk"
include: "rules/shards.smk"
include: "rules/text_index.smk"
include: "rules/tagger.smk"
include: "rules/image_tags.smk"
include: "rules/concept_counts.smk"
include: "rules/misalignment.smk"
include: "rules/train.smk"
include: "rules/downstream.smk"
include: "rules/evaluate.smk"
include: "rules/analysis.smk"
include: "rules/figures.smk"
include: "rules/sheets.smk"
include: "rules/stress.smk"
include: "rules/planning.smk"
include: "rules/truth.smk"
include: "rules/checks.smk"
include: "rules/provenance.smk"


if study.published or study.names_published:

    include: "rules/released.smk"


rule all:
    """Every figure and table, and the checks of the results."""
    default_target: True
    input:
        rules.figures.input,
        rules.tables.input,
        rules.released.input if study.published and study.scores.are_published else [],
        rules.tabulate_provenance.output,
        branch(len(study.measured) > 0, then="<results>/checks/passed.txt", otherwise=[]),

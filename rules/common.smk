"""What every stage uses: validated config and registries, wildcards, the code a rule depends on. No rules here."""

import ast
import glob
import json
import os
import re
from pathlib import Path

import pandas as pd
from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

REPOSITORY = Path(workflow.basedir)
FIRST = 10**9  # priority of what many long jobs wait for


def schema_path(name):
    """Path of config/schemas/{name}.schema.yaml."""
    return REPOSITORY / "config" / "schemas" / f"{name}.schema.yaml"


def check(data, schema, where):
    """Validate against a schema; the error names the file and what is wrong in one line."""
    try:
        validate(data, schema_path(schema))
    except WorkflowError as error:
        cause = error.__cause__ or error.__context__
        at = ".".join(map(str, getattr(cause, "absolute_path", ())))
        message = getattr(cause, "message", error)
        raise WorkflowError(f"{where}: {f'{at}: ' if at else ''}{message}") from None


def typed(cell, kind):
    """A table's cell as the number that its schema declares; one that is no number stays text, for the check to name."""
    try:
        return {"integer": int, "number": float}.get(kind, str)(cell)
    except ValueError:
        return cell


def read_registry(name):
    """A registry of the config as a table indexed by its first column, every row validated."""
    path = config["registries"][name]
    if not os.path.exists(path):
        raise WorkflowError(f"config: registries.{name}: {path} does not exist")
    kinds = {key: entry.get("type") for key, entry in load_configfile(schema_path(name))["properties"].items()}
    table = pd.read_csv(path, sep="\t", dtype=object, keep_default_na=False, comment="#")
    for row in table.to_dict("records"):
        filled = {column: typed(cell, kinds.get(column)) for column, cell in row.items() if cell}
        check(filled, name, f"{path}: row {next(iter(row.values()))!r}")
    if (twice := table[table.columns[0]].duplicated()).any():
        raise WorkflowError(f"{path}: {table[table.columns[0]][twice].iloc[0]!r} occurs in two rows")
    return table.set_index(table.columns[0], drop=False)


def selected(name, registry):
    """The rows of a registry that the config selects by name."""
    for entry in config[name]:
        if entry not in registry.index:
            raise WorkflowError(
                f"config: {name}: {entry!r} is not in its registry, which has {', '.join(registry.index)}"
            )
    return registry.loc[config[name]]


def check_concepts(path):
    """Fail before any job where the concept list is missing or names a concept twice."""
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


check(config, "config", "config")
PRETRAINING = selected("pretraining", read_registry("pretraining"))
BACKBONES = selected("backbones", read_registry("backbones"))
DOWNSTREAM = selected("downstream", read_registry("downstream"))
PICTURES = read_registry("pictures")
FILES = read_registry("files")
CLASSIFICATION = DOWNSTREAM.index[DOWNSTREAM.task == "classification"]
RETRIEVAL = DOWNSTREAM.index[DOWNSTREAM.task == "retrieval"]
COMPOSED = PRETRAINING.index[PRETRAINING.shards == ""]
check_concepts(config["concepts"])


def src(script):
    """Path of a script as seen from the working directory, so that it is an input like any other."""
    return os.path.relpath(REPOSITORY / "scripts" / script)


def lib(script):
    """The modules of concept_freq that a script imports, directly or not: an edit reruns exactly their users."""
    found, open_files = set(), [REPOSITORY / "scripts" / script]
    while open_files:
        for node in ast.walk(ast.parse(open_files.pop().read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "concept_freq":
                parts = [node.module] if "." in node.module else [f"concept_freq.{a.name}" for a in node.names]
                files = {REPOSITORY / "scripts" / f"{part.replace('.', '/')}.py" for part in parts}
                open_files += files - found
                found |= files
    return sorted(os.path.relpath(path) for path in found)


def shard_number(path):
    """The number in a shard's name, which alone decides the shard's chunk: adding a shard moves no other."""
    numbers = re.findall(r"\d+", Path(path).stem)
    if not numbers:
        raise WorkflowError(f"{path}: a shard's name must end in its number, as in 00012.tar")
    return int(numbers[-1])


def shards_of(pretraining):
    """All shards of a pretraining dataset: those its registry row points at, or the ones composed here."""
    row = PRETRAINING.loc[pretraining]
    if not row.shards:
        count = -(-int(row.samples) // config["corpus"]["shard_size"])
        return [f"<results>/shards/{pretraining}/{number:05d}.tar" for number in range(count)]
    found = sorted(glob.glob(row.shards))
    if not found:
        raise WorkflowError(f"{config['registries']['pretraining']}: {pretraining}: no file matches {row.shards}")
    return found


def chunks_of(pretraining):
    """Chunk names and their shards."""
    chunks = {}
    for shard in shards_of(pretraining):
        name = f"{shard_number(shard) // config['chunks']['shards_per_chunk']:05d}"
        chunks.setdefault(name, []).append(shard)
    return chunks


CHUNKS = {pretraining: chunks_of(pretraining) for pretraining in PRETRAINING.index}


def chunk_shards(wildcards):
    """Shards of a chunk; a chunk that the dataset lacks is a clear error rather than an empty job."""
    try:
        return CHUNKS[wildcards.pretraining][wildcards.chunk]
    except KeyError:
        raise WorkflowError(f"{wildcards.pretraining} has no chunk {wildcards.chunk}") from None


def per_chunk(pattern):
    """Input function: the pattern for every chunk of the wildcard's dataset."""
    return lambda wildcards: [
        pattern.format(pretraining=wildcards.pretraining, chunk=c) for c in CHUNKS[wildcards.pretraining]
    ]


def training_length(pretraining, backbone):
    """Samples that a backbone sees in training on a dataset, repeats included."""
    if not PRETRAINING.samples_seen[pretraining]:
        raise WorkflowError(
            f"{config['registries']['pretraining']}: {pretraining}: samples_seen is needed to train on it"
        )
    return round(int(PRETRAINING.samples_seen[pretraining]) * float(BACKBONES.length[backbone]))


def first_chunk(pretraining):
    """Name and shards of a dataset's first chunk."""
    return min(CHUNKS[pretraining].items())


def truth_of(pretraining):
    """The truth about each of a composed dataset's shards."""
    return [
        shard.replace("<results>/shards", "<results>/truth").replace(".tar", ".parquet")
        for shard in shards_of(pretraining)
    ]


def picture_sets(role):
    """Names of the picture sets of a role (train, near, far)."""
    return list(PICTURES.index[PICTURES.role == role])


def rendered(sets):
    """Paths of the rendered pictures of these sets."""
    return [f"<results>/pictures/{name}.npy" for name in sets]


def evaluation_sets(dataset):
    """Picture sets of a composed evaluation set: those of a role, or one by its name."""
    pictures = DOWNSTREAM.pictures[dataset]
    return picture_sets(pictures) or [pictures]


def downstream_shards(wildcards):
    """Shards of an evaluation set: its own, or the one composed here."""
    row = DOWNSTREAM.loc[wildcards.dataset]
    return sorted(glob.glob(row.shards)) if row.shards else [f"<results>/downstream/{wildcards.dataset}/test/0.tar"]


def downstream_classes(wildcards):
    """Class names of a classification set, one per line."""
    row = DOWNSTREAM.loc[wildcards.dataset]
    return row.classes or f"<results>/downstream/{wildcards.dataset}/classnames.txt"


wildcard_constraints:
    pretraining="|".join(map(re.escape, PRETRAINING.index)),
    backbone="|".join(map(re.escape, BACKBONES.index)),
    dataset="|".join(map(re.escape, DOWNSTREAM.index)),
    pictures="|".join(map(re.escape, PICTURES.index)),
    file="|".join(map(re.escape, FILES.index)),
    chunk=r"\d{5}",
    shard=r"\d{5}",

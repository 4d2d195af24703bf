"""What every stage uses: the code that a rule depends on, resources, wildcards. No rules here."""

import ast
import json
import re


include: "registries.smk"


FIRST = 10**9  # priority of what many long jobs wait for


def src(script):
    """Path of a script as seen from the working directory, so that it is an input like any other."""
    return os.path.relpath(REPOSITORY / "scripts" / script)


def module_file(name):
    """File of a module of concept_freq, or none where a name is no module."""
    path = REPOSITORY / "scripts" / f"{name.replace('.', '/')}.py"
    return {path} if path.exists() else set()


@functools.cache
def imports(path):
    """The modules of concept_freq that a file imports itself."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "concept_freq":
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found = found.union(*map(module_file, names))
    return found


def lib(script):
    """The modules of concept_freq that a script imports, directly or not: an edit reruns exactly their users."""
    found, open_files = set(), [REPOSITORY / "scripts" / script]
    while open_files:
        new = imports(open_files.pop()) - found
        open_files += new
        found |= new
    return sorted(os.path.relpath(path) for path in found)


def optional(flag, value):
    """A flag of a script with its value, where there is one."""
    return f"{flag} {value}" if value else ""


def untracked(value):
    """A param that decides where from or how fast, not what (but for rounding): another value reruns nothing.

    Snakemake compares no param that is a function of the job's files, for their names are compared anyway. So a function
    of files that also reads the config hides the config's changes: such a param is made in two.
    """
    return lambda wildcards, output: value(wildcards) if callable(value) else value


def speed_flags(settings):
    """Options of a program that runs a model which decide how fast it is."""
    keys = [key for key in ("device", "batch_size", "workers") if key in settings]
    flags = [f"--{key.replace('_', '-')} {settings[key]}" for key in keys]
    return " ".join([*flags, *["--compile"] * settings.get("compile", False)])


def megabytes(base, per_mb=0):
    """Memory of a job: more for larger input files, and more each time it is tried again."""
    if per_mb:
        return lambda wildcards, input, attempt: int((base + per_mb * input.size_mb) * attempt)
    return lambda wildcards, attempt: base * attempt


def minutes(base, per_shard=0):
    """Time limit of a job: more for each shard of its chunk, and more each time it is tried again."""
    return lambda wildcards, attempt: int((base + (per_shard and per_shard * len(chunk_shards(wildcards)))) * attempt)


def one_of(names):
    """Wildcard constraint: one of these names; without any, nothing."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    pretraining=one_of(sorted({*REGISTERED_PRETRAINING.index, *REGISTERED_MODELS.pretraining})),
    backbone=one_of(sorted({name.split("/")[1] for name in REGISTERED_MODELS.index})),
    dataset=one_of(DOWNSTREAM.index),
    pictures=one_of(PICTURES.index),
    file=one_of(FILES.index),
    figure=one_of(config["figures"]),
    chunk=r"\d{5}\d*",
    shard=r"\d{5}",

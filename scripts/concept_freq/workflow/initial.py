"""Write a study of one's own: a config that stands alone, and the registries that it names."""

import csv
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from snakemake.exceptions import WorkflowError

from concept_freq.shards.names import matching
from concept_freq.workflow.study import REPOSITORY

PROMPTS = ("class", "simple", "ensemble")
HEAD = """\
# A study of its own: nothing is inherited from another config. config/README.md of the repository explains every key.
#   snakemake --cores all --directory {folder}
"""
RAM_PLUS = {"kind": "ram_plus", "labels": "mean", "text_model": "openai/ViT-B-16", "batch_size": 64, "workers": 4}
TEXT_MODEL = {
    "model": "openai/ViT-B-16",
    "pretraining": "openai",
    "architecture": "ViT-B-16-quickgelu",
    "source": "open_clip:openai",
}


@dataclass(frozen=True)
class Wishes:
    """What a study is made of, as a person names it on the command line."""

    name: str
    shards: Sequence[str]
    concepts: str
    models: Sequence[str] = ()
    sets: Sequence[str] = ()
    retrieval: Sequence[str] = ()
    tagger: str | None = None
    caption_column: str | None = None


def absolute(path: str) -> str:
    """A local path as seen from anywhere; an address stays."""
    return path if "://" in path else str(Path(path).expanduser().absolute())


def dataset_row(wishes: Wishes) -> dict[str, str]:
    """The registry row of the shards: one pattern of local files, addresses, or a manifest (.tsv with locations)."""
    row = {"pretraining": wishes.name, "caption_column": wishes.caption_column or ""}
    paths = [absolute(path) for path in wishes.shards]
    if len(paths) > 1 and not all("://" in path for path in paths):
        raise WorkflowError(
            "--shards: several files were given; quote the pattern (--shards 'DIR/*.tar') so that the study finds new "
            "ones too, or list them in a manifest"
        )
    if "://" not in paths[0] and Path(paths[0]).is_dir():
        raise WorkflowError(f"--shards {paths[0]}: is a folder; name its shards by a pattern, as in '{paths[0]}/*.tar'")
    if is_manifest(paths[0]):
        return {**row, "manifest": paths[0]}
    if "://" not in paths[0] and not matching(paths[0]):
        raise WorkflowError(f"--shards {paths[0]}: no file matches")
    return {**row, "shards": " ".join(paths)}


def is_manifest(path: str) -> bool:
    """Whether a file lists shards: a TSV with a column ``location``."""
    if "://" in path or not path.endswith(".tsv") or not Path(path).is_file():
        return False
    with Path(path).open(encoding="utf-8-sig") as file:
        return "location" in file.readline().rstrip("\n").split("\t")


def model_row(wish: str, dataset: str) -> dict[str, str]:
    """The registry row of ARCHITECTURE:SOURCE, a model that was trained on the dataset."""
    architecture, colon, source = wish.partition(":")
    if not colon or not source:
        raise WorkflowError(
            f"--model {wish}: give ARCHITECTURE:SOURCE, as in ViT-B-32:checkpoint.pt or RN50:open_clip:yfcc15m"
        )
    if not source.startswith(("open_clip:", "hf:", "http")):
        source = absolute(source)
        if not Path(source).exists():
            raise WorkflowError(f"--model {wish}: {source} does not exist")
    if architecture.endswith(".json"):
        architecture = absolute(architecture)
    backbone = re.sub(r"[^A-Za-z0-9_.-]", "_", Path(architecture).name.removesuffix(".json"))
    return {"model": f"{dataset}/{backbone}", "pretraining": dataset, "architecture": architecture, "source": source}


def set_row(wish: str, task: str) -> dict[str, str]:
    """The registry row of [NAME=]KIND:PLACE, an evaluation set."""
    name, _, source = wish.rpartition("=") if "=" in wish.split(":")[0] else ("", "", wish)
    kind, colon, place = source.partition(":")
    if not colon or kind not in ("wds", "folder", "torchvision", "hf"):
        raise WorkflowError(f"--set {wish}: give KIND:PLACE; kinds: wds:DIR, folder:DIR, torchvision:NAME, hf:NAME")
    if kind in ("wds", "folder"):
        place = absolute(place)
        if not Path(place).is_dir():
            raise WorkflowError(f"--set {wish}: {place} is no folder")
    named = name or re.sub(r"[^A-Za-z0-9_-]", "_", Path(place).name)
    return {"dataset": named if named[:1].isalpha() else f"set_{named}", "task": task, "source": f"{kind}:{place}"}


def tagger_of(wish: str | None) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The config's tagger, and the models that it needs in the registry; without a wish there is none."""
    if wish is None:
        return {}, []
    kind, _, source = wish.partition(":")
    if kind == "ram_plus":
        return {**RAM_PLUS, "checkpoint": absolute(source)}, [TEXT_MODEL]
    row = model_row(wish, "tagger")
    return {"kind": "open_clip", "model": row["model"], "score": "sigmoid", "batch_size": 64, "workers": 4}, [row]


def write_rows(rows: Iterable[dict[str, str]], path: Path) -> None:
    """Write a registry: the columns that any of its rows fills."""
    rows = list(rows)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter="\t", lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


def config_of(wishes: Wishes, sets: Sequence[dict[str, str]], models: Sequence[str], tagger: dict) -> dict[str, Any]:
    """The config of a study."""
    tasks = dict.fromkeys(row["task"] for row in sets) if models else {}
    config = {
        "pretraining": [wishes.name],
        "models": list(models),
        "downstream": [row["dataset"] for row in sets],
        "registries": {name: f"config/{name}.tsv" for name in ("pretraining", "models", "downstream")},
        "concepts": absolute(wishes.concepts),
        "prompts": [f"config/prompts/{name}.txt" for name in PROMPTS],
        "analysis": {"main": {"count_type": "matched" if tagger else "text"}},
        "figures": {f"log_linear_{task}": {"task": task, "rows": [{}]} for task in tasks},
    }
    return {**config, "tagger": tagger} if tagger else config


def write_study(folder: Path, wishes: Wishes) -> None:
    """Write a study's config, registries and prompts into a new folder."""
    if (folder / "config").exists():
        raise WorkflowError(f"{folder}/config exists; name another folder, or edit that config")
    if not Path(wishes.concepts).is_file():
        raise WorkflowError(f"--concepts {wishes.concepts}: does not exist")
    dataset = dataset_row(wishes)
    models = [model_row(wish, wishes.name) for wish in wishes.models]
    sets = [set_row(wish, "classification") for wish in wishes.sets]
    sets += [set_row(wish, "retrieval") for wish in wishes.retrieval]
    tagger, needed = tagger_of(wishes.tagger)
    config = config_of(wishes, sets, [row["model"] for row in models], tagger)
    columns = {"model": "", "pretraining": "", "architecture": "", "source": "", "format": "", "preprocessing": ""}
    write_rows([dataset], folder / "config" / "pretraining.tsv")
    write_rows([{**columns, **row} for row in [*models, *needed]] or [columns], folder / "config" / "models.tsv")
    write_rows(sets or [{"dataset": "", "task": "", "source": ""}], folder / "config" / "downstream.tsv")
    (folder / "config" / "prompts").mkdir()
    for name in PROMPTS:
        shutil.copy2(REPOSITORY / "config" / "prompts" / f"{name}.txt", folder / "config" / "prompts")
    text = HEAD.format(folder=folder) + yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    (folder / "config" / "config.yaml").write_text(text, encoding="utf-8")

"""Configurations: the shipped ones plan every job, a wrong one stops with one clear message before any job."""

import contextlib
import csv
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from programs import REPOSITORY
from project import add_row
from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError

from concept_freq.workflow.checks import problems, stop
from concept_freq.workflow.configs import complete
from concept_freq.workflow.study import Study


@pytest.fixture
def project(tmp_path):
    """A copy of the small run's configuration that a test may spoil."""
    shutil.copytree(REPOSITORY / ".test" / "config", tmp_path / "config")
    path = tmp_path / "config" / "config.yaml"
    config = yaml.safe_load(path.read_text().replace("../config", str(REPOSITORY / "config")))
    models = tmp_path / "config" / "models.tsv"
    models.write_text(models.read_text().replace("../config", str(REPOSITORY / "config")))

    def write(change=lambda config: None) -> Path:
        change(config)
        path.write_text(yaml.safe_dump(config))
        return tmp_path

    write()
    return write


def dry_run(snakemake, folder, *targets):
    return snakemake("--dry-run", *(targets or ["--quiet"]), folder=folder)


def refused(folder: Path, config: Path | None = None, **changes) -> str:
    """What a study says of a folder's config before any job; planning raises the same."""
    with contextlib.chdir(folder), pytest.raises(WorkflowError) as error:
        given = {**load_configfile(config or folder / "config" / "config.yaml"), **changes}
        stop(problems(Study(complete(given, [folder, REPOSITORY]))))
    return str(error.value)


def names(message: str, *words: str) -> bool:
    """Whether one line holds all these words."""
    return any(all(word in line for word in words) for line in message.splitlines())


def jobs(result) -> dict[str, int]:
    """Planned jobs by rule, from the table that a dry run prints."""
    assert result.returncode == 0, result.stdout + result.stderr
    lines = re.findall(r"^(\w+) +(\d+)$", result.stdout + result.stderr, re.MULTILINE)
    return {rule: int(n) for rule, n in lines}


@pytest.mark.parametrize("folder", [".", ".test"])
def test_shipped_configurations_plan_every_rule(snakemake, repository, folder):
    result = snakemake("--dry-run", "--forceall", folder=repository / folder)
    assert result.returncode == 0, result.stderr
    for rule in ("retrieve_pack", "compose_shard", "train_clip", "tag_images", "count_concepts", "check_results"):
        assert rule in result.stdout + result.stderr


def test_a_model_is_added_by_one_row_and_only_that_row_runs(snakemake, project):
    folder = project()
    before = jobs(dry_run(snakemake, folder, "results/tables/class_accuracy.parquet"))
    row = {"model": "openai/RN50", "pretraining": "openai", "architecture": "RN50-quickgelu"}
    add_row(folder / "config" / "models.tsv", **row, source="open_clip:openai", sets="tiny")
    after = jobs(dry_run(snakemake, folder, "results/tables/class_accuracy.parquet"))
    added = {rule: n - before.get(rule, 0) for rule, n in after.items()}
    assert {rule: n for rule, n in added.items() if n} == {
        **{"retrieve_model": 1, "embed_images": 1, "evaluate_classification": 1},
        "total": 3,
    }


def test_presets_of_published_models_are_planned(snakemake):
    for preset, models in (("paper", 10), ("let_it_wag", 40), ("quick", 2)):
        configs = ["config/paper.yaml", "config/published_counts.yaml"]
        command = ["--dry-run", "--configfile", *configs, "--config", f"models={preset}"]
        planned = jobs(snakemake(*command))
        assert planned["retrieve_model"] == models
        assert planned["embed_images"] == 20 * models


RAM_PLUS = {"kind": "ram_plus", "labels": "mean", "text_model": "openai/ViT-B-16", "checkpoint": "ram.pth"}


def with_ram_plus(config, **changes):
    """Replace the tagger by RAM++."""
    config["tagger"] = {**RAM_PLUS, **changes}
    config["tagger_comparison"] = {}
    config["registries"]["models"] = str(REPOSITORY / "config" / "models.tsv")
    config["models"] = []


def test_ram_plus_is_planned_with_its_labels(snakemake, project):
    folder = project(with_ram_plus)
    (folder / "ram.pth").write_bytes(b"")
    planned = jobs(dry_run(snakemake, folder, "results/counts/random_tiny.parquet"))
    assert {"retrieve_model", "describe_concepts", "embed_labels", "tag_images"} <= planned.keys()
    assert "train_tagger" not in planned


def test_a_fetched_model_tags_with_the_recipe_that_came_with_it(snakemake, project):
    siglip = {"kind": "open_clip", "model": "siglip/ViT-B-16", "score": "sigmoid"}
    folder = project(lambda config: [with_ram_plus(config), config.update(tagger=siglip)])
    result = snakemake("--dry-run", "--printshellcmds", "results/counts/random_tiny.parquet", folder=folder)
    assert result.returncode == 0, result.stderr
    assert re.search(r"--preprocessing \S*/models/siglip/ViT-B-16\.json", result.stdout + result.stderr)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text_model": "openai/ViT-B-99"}, ["tagger.text_model", "openai/ViT-B-99"]),
        ({"labels": "median"}, ["tagger.labels", "median"]),
        ({"checkpoint": "trained"}, ["tagger.checkpoint", "ram_plus", "not trained here"]),
    ],
)
def test_a_wrong_tagger_is_named(snakemake, project, changes, words):
    assert names(refused(project(lambda config: with_ram_plus(config, **changes))), *words)


@pytest.mark.parametrize(
    ("tagger", "flags"),
    [
        ({"model": "siglip/ViT-B-16"}, r"--architecture ViT-B-16-SigLIP .*--preprocessing \S*/siglip/ViT-B-16\.json"),
        ({"kind": "owlv2", "checkpoint": "owl", "device": "cpu"}, r"--kind owlv2 +--device cpu"),
        ({**RAM_PLUS, "compile": True}, r"--kind ram_plus .*--compile"),
    ],
    ids=["model", "owlv2", "ram_plus"],
)
def test_another_tagger_over_the_configured_one_takes_none_of_its_options(snakemake, project, tagger, flags):
    def open_registry(config):
        own = config["tagger"]
        with_ram_plus(config)
        config["tagger"] = own

    over = project(open_registry) / "over.yaml"
    over.write_text(yaml.safe_dump({"extends": "config/config.yaml", "tagger": tagger}))
    (over.parent / "owl").mkdir()
    (over.parent / "ram.pth").write_bytes(b"")
    target = "results/counts/random_tiny.parquet"
    result = snakemake("--dry-run", "--printshellcmds", target, "--configfile", str(over), folder=over.parent)
    assert result.returncode == 0, result.stderr
    said = (result.stdout + result.stderr).splitlines()
    commands = [line for line in said if "python" in line and "tag_images.py --shards" in line]
    assert commands
    assert all(re.search(flags, line) and "models/tagger.json" not in line for line in commands), commands[0]


def test_a_model_trained_here_needs_the_file_of_its_architecture(snakemake, project):
    path = project() / "config" / "models.tsv"
    path.write_text(re.sub(r"\S+/resnet\.json", "RN50", path.read_text()))
    assert names(refused(path.parents[1]), "random_tiny/resnet", "must be a file", "RN50")


def test_released_data_are_fetched_where_no_folder_is_given(snakemake):
    result = snakemake("--dry-run", "--configfile", "config/released.yaml")
    assert result.returncode == 0, result.stderr
    for rule in ("retrieve_released", "read_published_counts", "figure_text_to_image", "compare_with_published"):
        assert f"rule {rule}:" in result.stdout + result.stderr
    assert "rule train_clip:" not in result.stdout + result.stderr


def test_a_folder_without_the_released_data_is_named(snakemake, tmp_path):
    message = refused(REPOSITORY, REPOSITORY / "config" / "released.yaml", released_data=str(tmp_path))
    assert names(message, "released_data", "let_it_wag", "does not exist (and 8", "commit 11ef009f")


def test_a_figure_of_an_unknown_dataset_is_named(snakemake, project):
    figure = {"task": "classification", "pretraining": ["cc3m"], "rows": [{}]}
    assert names(refused(project(lambda c: c["figures"].update(mine=figure))), "figures.mine", "cc3m")


def test_the_unspoilt_copy_is_fine(snakemake, project):
    assert dry_run(snakemake, project()).returncode == 0


def test_an_error_reaches_the_user_as_one_message_without_a_traceback(snakemake, project):
    result = dry_run(snakemake, project(lambda config: config.update(downstream=["imagenet"])))
    assert result.returncode != 0 and "Traceback" not in result.stderr + result.stdout
    assert "config: downstream: 'imagenet' is not in its registry" in result.stderr + result.stdout


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["counting"].update(tresholds=[0.5]), ["counting", "tresholds"]),
        (lambda c: c.update(corpsu={}), ["corpsu"]),
        (lambda c: c["counting"].update(thresholds=["0.5"]), ["counting.thresholds.0", "0.5"]),
        (lambda c: c["counting"].update(modes=["substring"]), ["counting.modes.0", "substring"]),
        (lambda c: c.pop("concepts"), ["concepts", "missing"]),
        (lambda c: c.update(pretraining=["random_tinny"]), ["pretraining", "random_tinny", "random_tiny"]),
        (lambda c: c.update(models=["tinny"]), ["models", "tinny", "tiny"]),
        (
            lambda c: c.update(pretraining=["natural_tiny"], models=["random_tiny/resnet"]),
            ["random_tiny/resnet", "trained here", "lacks shards"],
        ),
        (lambda c: c.update(downstream=["imagenet"]), ["downstream", "imagenet"]),
        (lambda c: c["tagger_comparison"].update(ram=RAM_PLUS), ["tagger_comparison.ram.kind", "ram_plus"]),
        (lambda c: c.update(concepts="config/missing.tsv"), ["concepts", "config/missing.tsv", "cannot be read"]),
        (lambda c: c["registries"].update(pretraining="config/no.tsv"), ["registries.pretraining", "config/no.tsv"]),
        (lambda c: c.update(ratings={"random_tinny": ["a.csv"]}), ["ratings.random_tinny", "no dataset of that name"]),
        (lambda c: c.update(ratings={"random_tiny": ["a.csv"]}), ["ratings.random_tiny", "a.csv does not exist"]),
    ],
)
def test_a_wrong_config_names_the_key(snakemake, project, change, words):
    assert names(refused(project(change)), *words)


def test_a_concept_listed_twice_names_the_line(snakemake, project):
    folder = project()
    with (folder / "config" / "concepts.tsv").open("a", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerow(["Ice-Cream", "", "", "food-drink", "1f368"])
    assert names(refused(folder), "concepts.tsv", "line 34", "'Ice-Cream'", "line 18", "'ice cream'")


def test_a_concept_list_without_its_column_is_named(snakemake, project):
    folder = project()
    path = folder / "config" / "concepts.tsv"
    path.write_text(path.read_text().replace("concept\t", "class\t", 1))
    assert names(refused(folder), "concepts.tsv", "line 1", "no column 'concept'", "class")


def test_a_wrong_registry_row_is_named(snakemake, project):
    folder = project()
    path = folder / "config" / "pretraining.tsv"
    path.write_text(path.read_text().replace("\trandom\t", "\trandomly\t"))
    assert names(refused(folder), "pretraining.tsv", "random_tiny", "order", "randomly")


def test_shards_that_are_not_there_are_named(snakemake, project):
    folder = project(lambda c: c.update(pretraining=["mine"]))
    add_row(folder / "config" / "pretraining.tsv", pretraining="mine", shards="/nowhere/*.tar", description="own")
    assert names(refused(folder), "mine", "/nowhere/*.tar")


def test_own_shards_are_planned_by_their_numbers(snakemake, project):
    folder = project(lambda c: c.update(pretraining=["mine"]))
    (folder / "shards").mkdir()
    for number in (0, 1, 5):
        (folder / "shards" / f"{number:05d}.tar").write_bytes(b"")
    own = {"pretraining": "mine", "shards": f"{folder}/shards/*.tar", "description": "own"}
    add_row(folder / "config" / "pretraining.tsv", **own)
    result = snakemake("--dry-run", "results/counts/mine.parquet", folder=folder)
    planned = result.stdout + result.stderr
    assert "results/captions/mine/00000.parquet" in planned
    assert "results/captions/mine/00002.parquet" in planned  # shard 5, two shards a chunk
    assert "compose_shard" not in planned


def test_tables_of_captions_are_counted_without_pictures(snakemake, project):
    folder = project(lambda c: c.update(pretraining=["mine"]))
    (folder / "captions").mkdir()
    (folder / "captions" / "part-00.tsv").write_text("url\tTEXT\nu0\ttwo bananas\nu1\ta bicycle\n")
    (folder / "captions" / "part-01.tsv").write_text("url\tTEXT\nu2\tBanana split\n")
    pretraining = folder / "config" / "pretraining.tsv"
    row = {"pretraining": "mine", "shards": f"{folder}/captions/*.tsv", "caption_column": "TEXT", "key_column": "url"}
    pretraining.write_text("\t".join([*row, "description"]) + "\n" + "\t".join([*row.values(), "captions only"]) + "\n")
    result = snakemake("--cores", "2", "results/counts/mine.parquet", folder=folder)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    assert "tag_images" not in result.stdout + result.stderr
    counts = pd.read_parquet(folder / "results" / "counts" / "mine.parquet").set_index("concept")
    assert (counts.n_text["banana"], counts.n_text["bicycle"]) == (2, 1)
    assert counts.n_samples.iloc[0] == 3
    assert counts.n_image.isna().all()

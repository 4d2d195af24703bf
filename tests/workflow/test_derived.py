"""Datasets made of others, on a copy of the repository with the small run's results: what goes, stays and fails."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pandas as pd
import pytest
import yaml
from programs import REPOSITORY
from project import copy_repository, finished, jobs

from concept_freq.shards.pictures import picture_of
from concept_freq.shards.tar import Skips, add_member, read_samples, shard_writer

PLANTED = 8
CHUNKS = {"00000": ["00000", "00001"], "00001": ["00002", "00003"]}  # of random_tiny and of what is made of it
SHARDS = [shard for shards in CHUNKS.values() for shard in shards]
TARGETS = [f"results/shards/{name}/{chunk}" for name in ("fewer", "control") for chunk in CHUNKS]
TARGETS += [f"results/truth/fewer/{chunk}.parquet" for chunk in CHUNKS]
TARGETS += ["results/counts/fewer.parquet", "results/removed/unlike.parquet", "results/shards/unlike/00000"]


def register(folder: Path, **rows: dict[str, str]) -> None:
    """Add rows to a run's registry of pretraining datasets."""
    path = folder / "config" / "pretraining.tsv"
    table = pd.read_csv(path, sep="\t", dtype=str)
    added = pd.DataFrame([{"pretraining": name, "description": "derived", **row} for name, row in rows.items()])
    pd.concat([table, added]).to_csv(path, sep="\t", index=False)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Snakemake in a copy."""
    program = Path(sys.executable).with_name("snakemake")
    command = [program, "--snakefile", folder.parent / "Snakefile", "--directory", folder, *arguments]
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder.parent, env=environment)


def own_shards(results: Path, folder: Path) -> None:
    """Two shards of one's own; in the second, some pictures are those of the evaluation set."""
    folder.mkdir()
    shutil.copy(results / "shards" / "random_tiny" / "00000.tar", folder)
    samples = list(read_samples(results / "shards" / "random_tiny" / "00001.tar", Skips("test")))
    planted = list(read_samples(results / "downstream" / "emojione" / "test" / "0.tar", Skips("test")))[5::10]
    with shard_writer(folder / "00001.tar") as tar:
        for i, sample in enumerate(samples):
            copied = planted[i // 20].files["jpg"] if i % 20 == 7 and i // 20 < PLANTED else None
            for extension, data in sample.files.items():
                add_member(tar, f"{sample.key}.{extension}", copied if copied and extension == "jpg" else data)


@pytest.fixture(scope="module")
def copy(small, tmp_path_factory) -> Path:
    """Derived datasets beside the small run, in a copy of it; none of them is selected."""
    folder = copy_repository(tmp_path_factory.mktemp("copy"))
    test = folder / ".test"
    own_shards(test / "results", test / "mine")
    register(
        test,
        fewer={"of": "random_tiny", "without": "similar:emojione:0.2"},
        control={"of": "random_tiny", "without": "random:0.2", "seed": "5"},
        mine={"shards": "mine/*.tar"},
        unlike={"of": "mine", "without": "similar:emojione:0.02"},
    )
    finished(run(test, "--cores", "2", *TARGETS))
    return test


def shard_of(folder: Path, name: str, shard: str) -> Path:
    """A shard's file: composed ones lie together, those of a derived dataset in a folder of their chunk."""
    (path,) = (folder / "results" / "shards" / name).rglob(f"{shard}.tar")
    return path


def members(path: Path) -> dict[str, bytes]:
    """Names and bytes of a tar's files."""
    with tarfile.open(path) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def whole(folder: Path, name: str) -> list[tuple[str, int, str]]:
    """(shard, row, key) of the samples of a composed dataset whose pictures can be decoded."""
    found = []
    for shard in SHARDS:
        for sample in read_samples(shard_of(folder, name, shard), Skips("test")):
            try:
                picture_of(sample)
            except ValueError:
                continue
            found.append((shard, sample.row, sample.key))
    return found


@pytest.mark.parametrize("name", ["fewer", "control"])
def test_the_share_goes_and_the_rest_keeps_its_bytes(copy, name):
    readable = whole(copy, "random_tiny")
    removed = pd.read_parquet(copy / "results" / "removed" / f"{name}.parquet")
    assert len(removed) == round(0.2 * len(readable)) == 199
    keys = {(shard, row): key for shard, row, key in readable}
    gone = {keys[pair] for pair in zip(removed.shard, removed.row, strict=True)}
    for shard in SHARDS:
        before, after = (members(shard_of(copy, of, shard)) for of in ("random_tiny", name))
        assert after == {file: data for file, data in before.items() if file.split(".")[0] not in gone}
    assert len(whole(copy, name)) == len(readable) - 199


def test_the_most_similar_of_all_chunks_go(copy):
    tables = sorted((copy / "results" / "similarity" / "emojione" / "random_tiny").glob("*.parquet"))
    assert len(tables) == 2
    found = pd.concat(map(pd.read_parquet, tables))
    removed = pd.read_parquet(copy / "results" / "removed" / "fewer.parquet")
    top = found.sort_values(["similarity", "shard", "row"], ascending=[False, True, True])[:199]
    pd.testing.assert_frame_equal(top.sort_values(["shard", "row"]).reset_index(drop=True), removed)
    assert found.similarity.between(-1, 1).all()


def test_planted_evaluation_pictures_go_first(copy):
    removed = pd.read_parquet(copy / "results" / "removed" / "unlike.parquet")
    planted = removed[(removed.shard == "00001") & (removed.row % 20 == 7)].nlargest(PLANTED, "similarity")
    assert set(planted.row) >= {20 * i + 7 for i in range(PLANTED)}
    assert planted.similarity.min() == pytest.approx(1, abs=1e-6)
    assert planted.similarity.min() > removed.drop(planted.index).similarity.max()
    kept = list(read_samples(shard_of(copy, "unlike", "00001"), Skips("test")))
    assert len(kept) == 300 - (removed.shard == "00001").sum()


def test_the_truth_is_that_of_the_kept_samples(copy):
    samples, truth = 0, copy / "results" / "truth"
    found = pd.concat([pd.read_parquet(truth / "fewer" / f"{chunk}.parquet") for chunk in CHUNKS])
    for shard in SHARDS:
        old, new = pd.read_parquet(truth / "random_tiny" / f"{shard}.parquet"), found[found.shard == shard]
        before, after = (
            {s.key: s.row for s in read_samples(shard_of(copy, name, shard), Skips("test"))}
            for name in ("random_tiny", "fewer")
        )
        old_key = {row: key for key, row in before.items()}
        old["key"] = old.row.map(old_key)
        expected = old[old.key.isin(after)].assign(row=lambda table, rows=after: table.key.map(rows).astype("uint32"))
        expected = expected[new.columns].reset_index(drop=True)
        pd.testing.assert_frame_equal(new.reset_index(drop=True), expected)
        samples += len(after)
    counts = pd.read_parquet(copy / "results" / "counts" / "fewer.parquet")
    assert samples == 1000 - 199
    assert counts.n_samples.iloc[0] <= samples
    assert counts.n_matched.sum() > 0


def test_a_second_run_does_nothing_and_one_anew_gives_the_same_bytes(copy):
    results = copy / "results"
    assert jobs(run(copy, "--dry-run", *TARGETS)) == {}
    kinds = ["shard_embeddings", "similarity", "removed", "shards/fewer", "shards/control", "truth/fewer"]
    found = [path for kind in kinds for path in (results / kind).rglob("*") if path.is_file()]
    files = {path: path.read_bytes() for path in found if path.stem != "similar_removed_tiny"}  # the stress tests'
    assert len(files) > 20
    for path in files:
        path.unlink()
    for folder in {path.parent for path in files if path.suffix == ".tar"}:
        folder.rmdir()  # a chunk's folder is what Snakemake looks for
    finished(run(copy, "--cores", "2", *TARGETS))
    for path, data in files.items():
        assert path.read_bytes() == data, path


def test_a_derived_dataset_is_selected_as_any_other(copy):
    overlay = copy / "overlay.yaml"
    overlay.write_text("pretraining: [random_tiny, fewer]\nmodels: []\ntagger_comparison: {}\n")
    config = [str(copy / "config" / "config.yaml"), str(overlay)]
    planned = jobs(run(copy, "--dry-run", "results/tables/misalignment.csv", "--configfile", *config))
    assert planned == {"collect_counts": 1}


@pytest.mark.parametrize(
    ("row", "config", "words"),
    [
        ({"of": "random_tinny", "without": "random:0.2"}, {}, ["'odd'", "of: 'random_tinny'", "random_tiny"]),
        ({"of": "odd", "without": "random:0.2"}, {}, ["'odd'", "of: 'odd'"]),
        ({"of": "random_tiny"}, {}, ["'odd'", "'without' is a dependency of 'of'"]),
        ({"of": "random_tiny", "without": "random:0.2", "samples": "10"}, {}, ["'odd'", "'order'", "'samples'"]),
        ({"of": "random_tiny", "without": "similar:0.2"}, {}, ["'odd'", "without", "similar:0.2"]),
        ({"of": "random_tiny", "without": "random:1.5"}, {}, ["'odd'", "without", "random:1.5"]),
        ({"of": "random_tiny", "without": "random:0.0"}, {}, ["'odd'", "without", "random:0.0"]),
        ({"of": "random_tiny", "without": "similar:imagenet:0.2"}, {}, ["'odd'", "imagenet", "config: downstream"]),
        ({"of": "random_tiny", "without": "random:.2"}, {"model": "a/b"}, ["similarity.model", "a/b", "models.tsv"]),
    ],
)
def test_a_wrong_row_is_named_before_any_job(snakemake, tmp_path, row, config, words):
    shutil.copytree(REPOSITORY / ".test" / "config", tmp_path / "config")
    path = tmp_path / "config" / "config.yaml"
    settings = yaml.safe_load(path.read_text().replace("../config", str(REPOSITORY / "config")))
    settings["similarity"].update(config)
    path.write_text(yaml.safe_dump({**settings, "pretraining": ["odd"], "models": [], "tagger_comparison": {}}))
    register(tmp_path, odd=row)
    result = snakemake("--dry-run", folder=tmp_path)
    message = result.stdout + result.stderr
    assert result.returncode != 0
    assert "Traceback" not in message
    assert "pretraining.tsv" in message or "config: " in message
    assert all(word in message for word in words), message

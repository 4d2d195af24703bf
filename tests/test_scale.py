"""Many shards: LAION-400M is planned in seconds, and two thousand small ones go through every rule of a chunk."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from faulty import FaultyServer
from project import TARGETS, Project, finished

from concept_freq.shards import Skips, add_member, read_samples, shard_writer

REPOSITORY = Path(__file__).parents[1]
SHARDS = 41_408  # of LAION-400M


def write_manifest(path: Path, shards: int) -> None:
    """A manifest of shards that are nowhere."""
    rows = (f"s3://laion/laion400m/{i:05d}.tar\t{300_000_000 + i}\t{i:064x}" for i in range(shards))
    path.parent.mkdir()
    path.write_text("\n".join(["location\tsize\tsha256", *rows]) + "\n")


def test_laion_is_planned_in_seconds(tmp_path):
    write_manifest(tmp_path / "shards" / "laion400m.tsv", SHARDS)
    command = [Path(sys.executable).with_name("snakemake"), "--dry-run", "--directory", tmp_path]
    command += ["--configfile", REPOSITORY / "config" / "paper.yaml", "--config", "pretraining=[laion400m]"]
    for name in ("config", "shards"):
        if not (tmp_path / name).exists():
            (tmp_path / name).symlink_to(REPOSITORY / name)
    output = tmp_path / "plan.txt"
    with output.open("w") as file:
        process = subprocess.Popen([*command, "--quiet", "rules"], stdout=file, stderr=file, cwd=REPOSITORY)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    plan = output.read_text()
    assert process.returncode == 0, plan[-3000:]
    counts = {line.split()[0]: line.split()[1] for line in plan.splitlines() if len(line.split()) == 2}
    chunks = {counts[rule] for rule in ("fetch_shards", "parse_captions", "index_captions", "count_concepts")}
    assert chunks == {counts["list_shards"]} <= {str(n) for n in range(1, 1001)}
    assert used.ru_utime + used.ru_stime <= 5
    assert used.ru_maxrss / 1024 <= 300


@pytest.fixture(scope="module")
def small(snakemake) -> Path:
    """Results of the small run."""
    finished(snakemake("--cores", "2", folder=REPOSITORY / ".test"))
    return REPOSITORY / ".test" / "results"


def test_two_thousand_shards_go_through_every_rule_of_a_chunk(small, snakemake, tmp_path):
    folder = tmp_path / "shards"
    folder.mkdir()
    samples = list(read_samples(small / "shards" / "random_tiny" / "00000.tar", Skips("test")))[:40]
    for i in range(2000):
        with shard_writer(folder / f"{i:05d}.tar") as tar:
            sample = samples[i % len(samples)]
            for extension, data in sample.files.items():
                add_member(tar, f"{sample.key}.{extension}", data)
    with FaultyServer(folder) as server:
        project = Project(tmp_path / "run", small, snakemake, 200, shards=f"{server.url}/{{00000..01999}}.tar")
        finished(project.run())
        server.shutdown()
    counts = pd.read_parquet(tmp_path / "run" / "results" / "counts" / "mine.parquet")
    shards = pd.read_csv(tmp_path / "run" / "results" / "manifests" / "mine.tsv", sep="\t")
    captions = pd.read_parquet(tmp_path / "run" / "results" / "captions" / "mine")
    assert (len(shards), captions.shard.nunique()) == (2000, counts.n_samples.iloc[0])
    assert counts.n_text.sum() > 2000
    assert counts.n_image.sum() > 1000
    assert project.planned(*TARGETS) == {}

"""Many shards: LAION-400M is planned, and two thousand small ones go through every rule of a chunk."""

import subprocess
import sys
import threading

import pandas as pd
from faulty import FaultyServer
from programs import REPOSITORY
from project import TARGETS, Project, finished

from concept_freq.shards.tar import Skips, add_member, read_samples, shard_writer


def test_laion_is_planned_in_little_memory():
    # by the benchmark, in a process of its own: a child's peak is at least what its parent held
    command = [sys.executable, REPOSITORY / "benchmarks" / "planning.py"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "41,408 shards in 166 chunks" in said
    assert "ok     megabytes" in said, said


def test_two_thousand_shards_go_through_every_rule_of_a_chunk(small, snakemake, tmp_path):
    folder = tmp_path / "shards"
    folder.mkdir()
    samples = list(read_samples(small / "shards" / "random_tiny" / "00000.tar", Skips("test")))[:40]
    for i in range(2000):
        with shard_writer(folder / f"{i:05d}.tar") as tar:
            sample = samples[i % len(samples)]
            for extension, data in sample.files.items():
                add_member(tar, f"{sample.key}.{extension}", data)
    scratch, on_disk, over = tmp_path / "run" / "results" / "scratch" / "mine", [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            on_disk.append(len(list(scratch.glob("*"))) if scratch.exists() else 0)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with FaultyServer(folder) as server:
        project = Project(tmp_path / "run", small, snakemake, 200, shards=f"{server.url}/{{00000..01999}}.tar")
        finished(project.run())
        server.shutdown()
    over.set()
    watcher.join()
    assert 0 < max(on_disk) <= 4  # of ten chunks; two jobs run at once
    counts = pd.read_parquet(tmp_path / "run" / "results" / "counts" / "mine.parquet")
    shards = pd.read_csv(tmp_path / "run" / "results" / "manifests" / "mine.tsv", sep="\t")
    captions = pd.read_parquet(tmp_path / "run" / "results" / "captions" / "mine")
    assert (len(shards), captions.shard.nunique()) == (2000, counts.n_samples.iloc[0])
    assert counts.n_text.sum() > 2000
    assert counts.n_image.sum() > 1000
    assert project.planned(*TARGETS) == {}

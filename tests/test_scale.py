"""Many shards: LAION-400M is planned, and two thousand small ones go through every rule of a chunk."""

from pathlib import Path

import pandas as pd
import pytest
from faulty import FaultyServer
from planning import SHARDS, plan
from project import TARGETS, Project, finished

from concept_freq.shards import Skips, add_member, read_samples, shard_writer

REPOSITORY = Path(__file__).parents[1]
CHUNK_RULES = ("fetch_shards", "list_shards", "parse_captions", "index_captions", "tag_images", "count_concepts")


def test_laion_is_planned_in_little_memory(tmp_path):
    jobs, _, megabytes = plan(tmp_path, SHARDS)  # its seconds are benchmarks/planning.py's to print
    assert {jobs[rule] for rule in CHUNK_RULES} == {-(-SHARDS // 250)}
    assert megabytes <= 300


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

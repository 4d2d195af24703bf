"""Own shards, local and remote: what is added, removed, replaced or touched reruns its chunk only, as if run anew."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from faulty import FaultyServer
from project import TARGETS, Project, finished

from concept_freq.io.digests import sha256_of

SHEETS = ["results/figures/contact_sheet_mine.png", "results/figures/thresholds_mine.png"]
SHEETS += ["results/figures/misaligned_mine.png"]
CHUNK_RULES = ["count_concepts", "index_captions", "list_shards", "parse_captions", "tag_images"]
TAILS = ["audit_counts", "collect_manifest", "sum_counts"]


@pytest.fixture(scope="module")
def shards(small, tmp_path_factory) -> Path:
    """Five shards, 00000 to 00004, the last two of them of another dataset."""
    folder = tmp_path_factory.mktemp("shards")
    for i in range(4):
        shutil.copy(small / "shards" / "random_tiny" / f"0000{i}.tar", folder)
    shutil.copy(small / "shards" / "natural_tiny" / "00000.tar", folder / "00004.tar")
    return folder


def test_shards_grow_shrink_and_change_chunk_by_chunk(small, shards, snakemake, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    for name in ("00000.tar", "00001.tar", "00002.tar"):
        shutil.copy(shards / name, mine)
    project = Project(tmp_path / "run", small, snakemake, shards=f"{mine}/*.tar")
    finished(project.run())
    assert project.planned() == {}
    one_chunk = dict.fromkeys([*CHUNK_RULES, *TAILS], 1)

    shutil.copy(shards / "00004.tar", mine)
    assert project.planned() == one_chunk
    finished(project.run())

    for path in mine.iterdir():
        path.touch()
    assert project.planned() == {}

    shutil.copy(shards / "00003.tar", mine / "00001.tar")
    assert project.planned() == one_chunk
    finished(project.run())

    (mine / "00002.tar").unlink()
    assert project.planned() == dict.fromkeys(TAILS, 1)
    finished(project.run())
    assert project.planned() == {}

    anew = Project(tmp_path / "anew", small, snakemake, shards=f"{mine}/*.tar")
    finished(anew.run())
    kept = {name: data for name, data in project.contents().items() if "/00002." not in name}
    assert kept == anew.contents()
    counts = pd.read_parquet(tmp_path / "run" / "results" / "counts" / "mine.parquet")
    assert counts.n_text.sum() > 0


def test_remote_shards_give_the_same_bytes_and_leave_no_copy(small, shards, snakemake, tmp_path):
    local = Project(tmp_path / "local", small, snakemake, 2, shards=f"{shards}/*.tar")
    finished(local.run(*TARGETS, "results/rating/mine/pairs.parquet"))
    with FaultyServer(shards) as server:
        server.faults = ["503", "cut", "", "page"]
        address = f"{server.url}/{{00000..00004}}.tar"
        remote = Project(tmp_path / "remote", small, snakemake, 2, shards=address)
        finished(remote.run(*TARGETS, *SHEETS))
        assert remote.contents() == local.contents()
        assert not list((tmp_path / "remote" / "results" / "scratch").rglob("*.tar"))
        assert remote.planned(*TARGETS, *SHEETS) == {}
        for project, names in ((remote, {"00000", "00001"}), (local, {f"0000{i}" for i in range(5)})):
            pairs = pd.read_parquet(project.folder / "results" / "rating" / "mine" / "pairs.parquet")
            assert (len(pairs), set(pairs.shard)) == (40, names)  # of remote shards those of the first chunk

        manifest = tmp_path / "remote" / "results" / "manifests" / "mine.tsv"
        rows = pd.read_csv(manifest, sep="\t", dtype=str)
        assert rows.location.tolist() == [f"{server.url}/0000{i}.tar" for i in range(5)]
        assert rows.sha256.tolist() == [sha256_of([path]) for path in sorted(shards.iterdir())]

        asked = len(server.requests)
        (tmp_path / "remote" / "results" / "image_tags" / "mine" / "00001.parquet").unlink()
        finished(remote.run("results/image_tags/mine/00001.parquet"))
        assert len(server.requests) == asked + 2  # the chunk's two shards again, and nothing else
        assert remote.contents() == local.contents()
        server.shutdown()


def test_a_manifest_pins_shards_wherever_they_are(small, shards, snakemake, tmp_path):
    local = Project(tmp_path / "local", small, snakemake, 2, shards=f"{shards}/0000[0-3].tar")
    finished(local.run())
    with FaultyServer(shards) as server:
        manifest = tmp_path / "manifest.tsv"
        rows = [(f"{server.url}/0000{i}.tar", shards / f"0000{i}.tar") for i in (0, 1)]
        rows += [(str(path), path) for path in (shards / "00002.tar", shards / "00003.tar")]
        lines = [f"{location}\t{path.stat().st_size}\t{sha256_of([path])}" for location, path in rows]
        manifest.write_text("\n".join(["location\tsize\tsha256", *lines]) + "\n")
        project = Project(tmp_path / "run", small, snakemake, 2, manifest=str(manifest))
        finished(project.run())
        assert project.contents() == local.contents()
        (shards / "00002.tar").touch()
        assert project.planned() == {}

        other = manifest.read_text().replace(sha256_of([shards / "00003.tar"]), sha256_of([shards / "00004.tar"]))
        manifest.write_text(other)
        planned = project.planned()
        assert planned == dict.fromkeys([*CHUNK_RULES, *TAILS], 1)
        result = project.run()
        assert result.returncode != 0
        assert "its manifest says" in result.stdout + result.stderr

        (shards / "00000.tar.orig").write_bytes((shards / "00000.tar").read_bytes())
        try:
            shutil.copy(shards / "00004.tar", shards / "00000.tar")
            (project.folder / "results" / "captions" / "mine" / "00000.parquet").unlink()
            result = project.run("results/captions/mine/00000.parquet")
            assert result.returncode != 0
            assert re.search(
                r"00000\.tar: (has|sha256).*expected .*correct the manifest", result.stdout + result.stderr
            )
        finally:
            (shards / "00000.tar.orig").replace(shards / "00000.tar")
        server.shutdown()


def test_pinned_remote_shards_are_known_by_their_manifest(small, shards, snakemake, tmp_path):
    served = tmp_path / "served"
    shutil.copytree(shards, served, ignore=shutil.ignore_patterns("00004.tar"))
    manifest = tmp_path / "manifest.tsv"
    targets = [*TARGETS, *SHEETS]

    def pin(address: str) -> pd.DataFrame:
        rows = [(f"{address}/{path.name}", path.stat().st_size, sha256_of([path])) for path in sorted(served.iterdir())]
        table = pd.DataFrame(rows, columns=["location", "size", "sha256"])
        manifest.write_text(table.to_csv(sep="\t", index=False) + "\n")  # an empty line is no shard
        return table

    with FaultyServer(served) as server:
        pinned = pin(server.url)
        project = Project(tmp_path / "run", small, snakemake, 2, manifest=str(manifest))
        finished(project.run(*targets))
        listed = pd.read_csv(project.folder / "results" / "manifests" / "mine.tsv", sep="\t")
        assert listed.drop(columns="name").equals(pinned)
        assert listed.name.tolist() == [f"0000{i}.tar" for i in range(4)]
        assert not (project.folder / "results" / "manifests" / "mine").exists()  # nothing was read to be listed

        config = project.folder / "config" / "config.yaml"
        assert "tries: 3" in config.read_text()
        config.write_text(config.read_text().replace("tries: 3", "tries: 4"))
        assert project.planned(*targets) == {}
        pin(server.url.replace("127.0.0.1", "localhost"))  # another address of the same shards
        assert project.planned(*targets) == {"collect_manifest": 1}
        shutil.copy(shards / "00004.tar", served / "00002.tar")
        pin(server.url)
        one_chunk = {rule: 1 for rule in [*CHUNK_RULES, *TAILS, "fetch_shards"] if rule != "list_shards"}
        assert project.planned(*targets) == one_chunk
        asked = len(server.requests)
        finished(project.run(*targets))
        assert len(server.requests) == asked + 2
        assert project.planned(*targets) == {}
        server.shutdown()
    anew = Project(tmp_path / "anew", small, snakemake, 2, shards=f"{served}/*.tar")
    finished(anew.run())
    assert project.contents() == anew.contents()


def test_of_a_local_first_chunk_pairs_are_sampled_without_fetching(small, shards, snakemake, tmp_path):
    local = [f"{shards}/0000{i}.tar\t\t" for i in (0, 1)]
    (tmp_path / "manifest.tsv").write_text("\n".join(["location\tsize\tsha256", *local, "http://x.org/00002.tar\t\t"]))
    project = Project(tmp_path / "run", small, snakemake, 2, manifest=str(tmp_path / "manifest.tsv"))
    planned = project.planned("results/rating/mine/pairs.parquet")
    assert planned["sample_pairs"] == planned["tag_images"] == 1
    assert "fetch_shards" not in planned


def test_a_manifest_that_the_run_writes_cannot_pin(small, shards, snakemake, tmp_path):
    project = Project(tmp_path / "run", small, snakemake, manifest="results/manifests/mine.tsv")
    path = project.folder / "results" / "manifests" / "mine.tsv"
    path.parent.mkdir(parents=True)
    path.write_text(f"name\tlocation\tsize\tsha256\n00000.tar\t{shards}/00000.tar\t\t\n")
    result = project.snakemake("--dry-run", *TARGETS, folder=project.folder)
    assert result.returncode != 0
    assert "copy it elsewhere" in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ["does not exist", "config/README.md"]),
        ("", ["line 1", "location", "sha256"]),
        ("location\tsize\n", ["line 1", "sha256"]),
        ("location\tsize\tsha256\na/0.tar\t1 MB\t\n", ["line 2", "size"]),
        ("location\tsize\tsha256\na/0.tar\t\tabc\n", ["line 2", "sha256"]),
        ("location\tsize\tsha256\na/0.tar\t\t\nb/0.tar\t\t\n", ["a/0.tar", "b/0.tar", "one name"]),
        ("location\tsize\tsha256\na/shard.tar\t\t\n", ["shard.tar", "number"]),
    ],
)
def test_a_wrong_manifest_is_named_before_any_job(snakemake, tmp_path, text, words):
    manifest = tmp_path / "manifest.tsv"
    if text is not None:
        manifest.write_text(text)
    project = Project(tmp_path / "run", tmp_path, snakemake, manifest=str(manifest))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tagger.pt").write_bytes(b"")
    result = project.snakemake("--dry-run", *TARGETS, folder=project.folder)
    message = result.stdout + result.stderr
    assert result.returncode != 0
    assert "Traceback" not in message
    assert all(word in message for word in words), message

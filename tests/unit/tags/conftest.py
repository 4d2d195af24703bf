"""Shards, a concept list and a model for the tests of taggers."""

import json

import pytest
import torch
from tagging_runs import NAMES, TINY, jpeg

from concept_freq.models import clip
from concept_freq.shards.tar import add_member, shard_writer


@pytest.fixture
def shards(tmp_path):
    """Three shards of 7 pictures; one picture of the second is broken."""
    paths = [tmp_path / f"{n:05d}.tar" for n in range(3)]
    for n, path in enumerate(paths):
        with shard_writer(path) as tar:
            for i in range(7):
                add_member(tar, f"{n}{i:04d}.jpg", b"broken" if (n, i) == (1, 3) else jpeg(10 * n + i))
    return paths


@pytest.fixture
def concepts(tmp_path):
    """The concept list."""
    path = tmp_path / "concepts.tsv"
    path.write_text("concept\n" + "\n".join(NAMES) + "\n")
    return path


@pytest.fixture
def siglip(tmp_path):
    """A tiny SigLIP model with random weights: its architecture and its checkpoint."""
    torch.manual_seed(4)
    (tmp_path / "tiny_tagger.json").write_text(json.dumps(TINY))
    model = clip.create(tmp_path / "tiny_tagger.json")
    torch.save(model.state_dict(), tmp_path / "tiny.pt")
    options = ["--kind", "open_clip", "--architecture", tmp_path / "tiny_tagger.json"]
    return [*options, "--checkpoint", tmp_path / "tiny.pt", "--preprocessing", "clip"]

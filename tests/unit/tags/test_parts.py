"""Parts of an interrupted tagging job: used again only for the very same shards and options."""

import argparse
import os
from pathlib import Path

import numpy as np
import pytest

from concept_freq.tags.base import OPTIONS
from concept_freq.tags.tagging import Parts, sparse
from tag_images import fingerprint


@pytest.fixture
def args(tmp_path) -> argparse.Namespace:
    """Options of a tagging job with two shards."""
    for name in ("concepts.tsv", "tagger.pt", "00000.tar", "00001.tar"):
        (tmp_path / name).write_text(name)
    shards = [tmp_path / "00000.tar", tmp_path / "00001.tar"]
    options = {name: option.default for name, option in OPTIONS.items()}
    own = {"shards": shards, "concepts": tmp_path / "concepts.tsv", "checkpoint": tmp_path / "tagger.pt"}
    return argparse.Namespace(**options, **own, kind="open_clip", labels=None, floor=0.5, batch_size=8)


def replaced(path: Path, size: int, time: float) -> None:
    """Another file in the place of a shard."""
    path.write_bytes(bytes(size))
    os.utime(path, (time, time))


def test_parts_belong_to_the_shards_as_they_are(args):
    first, found = args.shards[0], {fingerprint(args)}
    for size, time in ((9, 1.0), (10, 1.0), (10, 2.0)):  # another size, and another time of the same size
        replaced(first, size, time)
        found.add(fingerprint(args))
    assert len(found) == 4
    args.shards.pop()
    assert fingerprint(args) not in found


@pytest.mark.parametrize(("option", "value"), [("floor", 0.6), ("template", "a {}"), ("kind", "owlv2")])
def test_parts_belong_to_what_decides_the_tags(args, option, value):
    before = fingerprint(args)
    args.batch_size = 64  # which does not
    assert fingerprint(args) == before
    setattr(args, option, value)
    assert fingerprint(args) != before


def test_parts_belong_to_the_checkpoint_and_the_concepts(args):
    found = {fingerprint(args)}
    for path in (args.checkpoint, args.concepts):
        path.write_text("other")
        found.add(fingerprint(args))
    assert len(found) == 3


def test_parts_of_another_job_go_when_a_job_starts(tmp_path):
    for name in (".[a].1111", ".[a].2222", ".b.3333"):
        Parts(tmp_path / name, 5)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".[a].2222", ".b.3333"]


def test_a_tag_exactly_at_the_floor_is_kept():
    half, below = np.float16(0.5), np.nextafter(np.float16(0.5), np.float16(0))
    tags = sparse(np.array([[half, below], [below, 1]], np.float16), [("0", 3, "a"), ("0", 7, "b")], 0.5)
    assert tags.select(["row", "concept_id"]).to_pylist() == [
        {"row": 3, "concept_id": 0},
        {"row": 7, "concept_id": 1},
    ]

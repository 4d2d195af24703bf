"""Tagging shards: what is kept, what a broken picture, a truncated shard, a kill and a full GPU make of it."""

import hashlib
import io
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image
from tagging_runs import NAMES, command_of, contents, jpeg, run

from concept_freq.counts.chunk import create_tags, tally
from concept_freq.counts.thresholds import limit_of
from concept_freq.io.duck import connect
from concept_freq.models import clip
from concept_freq.models.preprocessing import recipe
from concept_freq.shards.batches import Batch, Pictures
from concept_freq.tags.base import Tagger
from concept_freq.tags.fitting import Fitted
from concept_freq.tags.tagging import PARTS, Parts, tag


@torch.no_grad()
def test_tags_are_those_of_a_plain_loop(tmp_path, shards, concepts, siglip):
    run(tmp_path / "out", shards, concepts, *siglip, "--batch-size", 4)
    model = clip.create(siglip[3], siglip[5]).eval()
    labels = clip.embed_texts(model, clip.tokenizer(siglip[3]), NAMES)
    expected, prepare = {}, recipe("clip", 16)
    for n in range(3):
        for i in range(7):
            if (n, i) != (1, 3):
                picture = prepare(Image.open(io.BytesIO(jpeg(10 * n + i))).convert("RGB"))
                image = model.encode_image(picture[None], normalize=True)
                p = torch.sigmoid(image @ labels.T * model.logit_scale.exp() + model.logit_bias)[0]
                expected |= {(f"{n:05d}", i, c): p[c].item() for c in range(len(NAMES)) if p[c] >= 0.5}
    tags = pd.read_parquet(tmp_path / "out" / "tags.parquet")
    found = {(t.shard, t.row, t.concept_id): t.probability for t in tags.itertuples()}
    assert 10 < len(expected) < 95
    assert found.keys() == expected.keys()
    assert all(abs(found[key] - p) < 1e-3 for key, p in expected.items())
    assert tags[["shard", "row", "concept_id"]].apply(tuple, axis=1).is_monotonic_increasing
    skipped = pd.read_parquet(tmp_path / "out" / "s.parquet")
    assert skipped[["shard", "row", "reason"]].to_numpy().tolist() == [["00001", 3, "picture cannot be decoded"]]
    histogram = pd.read_parquet(tmp_path / "out" / "h.parquet")
    assert (histogram.groupby("concept_id").n.sum() == 20).all()
    assert histogram.n[histogram.bin >= 50].sum() == len(tags)


def test_tables_of_ids_say_which_list_they_are_of(tmp_path, shards, concepts, siglip):
    run(tmp_path / "out", shards, concepts, *siglip)
    for name in ("tags", "h"):
        schema = pq.read_schema(tmp_path / "out" / f"{name}.parquet")
        assert schema.field("concept_id").type == pa.uint32()
        assert schema.metadata == {b"concepts_sha256": hashlib.sha256(concepts.read_bytes()).hexdigest().encode()}


def test_a_list_of_more_concepts_than_16_bits_number_keeps_its_ids(tmp_path):
    n, last = 70_000, 69_999
    probability = torch.zeros(2, n)
    probability[0, 4_463] = probability[1, last] = 0.9  # 69,999 is 4,463 in 16 bits
    parts = Parts(tmp_path / "parts", n)
    batch = Batch(torch.zeros(2, 1), [("00000", 0, "a"), ("00000", 1, "b")], [0, 1])
    tagger = Tagger(lambda picture: picture, lambda images: probability, torch.device("cpu"))
    tag(tagger, [batch], [Path("00000.tar")], 0.5, parts)
    paths = [tmp_path / f"{name}.parquet" for name in PARTS]
    assert parts.join(["00000"], *paths) == (2, 0)
    assert pd.read_parquet(paths[0]).concept_id.tolist() == [4_463, last]
    histogram = pd.read_parquet(paths[1])
    assert histogram[histogram.bin > 0].concept_id.tolist() == [4_463, last]
    db = connect()
    create_tags(db, [paths[0]], 0.5, "tags")
    assert np.flatnonzero(tally(db, "select concept_id, count(*) from tags group by 1", n)[0]).tolist() == [4_463, last]


def test_twice_the_same_bytes_and_with_workers_too(tmp_path, shards, concepts, siglip):
    for name, options in (("a", []), ("b", []), ("c", ["--workers", 2])):
        run(tmp_path / name, shards, concepts, *siglip, *options)
    assert contents(tmp_path / "a") == contents(tmp_path / "b") == contents(tmp_path / "c")


@pytest.mark.slow
def test_a_killed_job_goes_on_at_the_next_shard(tmp_path, shards, concepts, siglip):
    many = [shutil.copy(shards[0], tmp_path / f"1{n:04d}.tar") for n in range(80)]
    run(tmp_path / "whole", many, concepts, *siglip)
    command = command_of(tmp_path / "cut", many, concepts, *siglip)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as job:
        while not list((tmp_path / "cut").glob(".tags.*/10001.image_tags.parquet")):
            assert job.poll() is None
            time.sleep(0.002)
        job.kill()
    assert not (tmp_path / "cut" / "tags.parquet").exists()
    result = run(tmp_path / "cut", many, concepts, *siglip)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
    assert "shard 10001 tagged" not in result
    assert "shard 10079 tagged" in result
    assert not list((tmp_path / "cut").glob(".tags.*"))


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_a_crash_left_empty_is_made_again(tmp_path, name):
    parts = Parts(tmp_path, 5)
    assert not parts.has("00000")
    parts.write("00000", [], np.zeros((5, 100), np.int64), [])
    assert parts.has("00000")
    parts.path("00000", name).write_bytes(b"")
    assert not parts.has("00000")


@pytest.mark.slow
def test_memory_stays_flat_over_a_hundred_shards(tmp_path, shards, concepts, siglip):
    peaks = []
    for n in (10, 100):
        many = [shutil.copy(shards[0], tmp_path / f"{n}{i:04d}.tar") for i in range(n)]
        script, *rest = command_of(tmp_path / f"of{n}", many, concepts, *siglip)[1:]
        measured = (
            "import runpy, sys; sys.argv = sys.argv[1:]; sys.path.insert(0, sys.argv[0].rpartition('/')[0]);"
            "runpy.run_path(sys.argv[0], run_name='__main__');"
            "print([line for line in open('/proc/self/status') if 'VmHWM' in line][0].split()[1])"
        )
        result = subprocess.run([sys.executable, "-c", measured, script, *rest], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        peaks.append(int(result.stdout.splitlines()[-1]))
    assert peaks[1] < 1.1 * peaks[0]


def test_a_truncated_shard_gives_what_is_whole(tmp_path, shards, concepts, siglip):
    shards[0].write_bytes(shards[0].read_bytes()[:7000])
    run(tmp_path / "out", shards, concepts, *siglip)
    skipped = pd.read_parquet(tmp_path / "out" / "s.parquet")
    assert skipped.shard.tolist() == ["00000", "00001"]
    assert "truncated" in skipped.reason[0]
    assert set(pd.read_parquet(tmp_path / "out" / "tags.parquet").shard) == {"00000", "00001", "00002"}


def test_a_batch_that_does_not_fit_is_halved_and_the_size_that_fits_remembered(capsys):
    sizes = []

    def small_memory(images):
        sizes.append(len(images))
        if len(images) > 3:
            raise torch.cuda.OutOfMemoryError
        return images * 2

    fitted, images = Fitted(Tagger(None, small_memory, torch.device("cpu"))), torch.arange(10.0)[:, None]
    assert torch.equal(fitted.probability(images), images * 2)
    assert torch.equal(fitted.probability(images), images * 2)
    assert sizes == [10, 5, 3, 3, 3, 1, 3, 3, 3, 1]
    assert capsys.readouterr().err.count("does not fit") == 2


def test_a_picture_that_does_not_fit_alone_ends_the_job():
    def no_memory(images):
        raise torch.cuda.OutOfMemoryError

    with pytest.raises(torch.cuda.OutOfMemoryError):
        Fitted(Tagger(None, no_memory, torch.device("cpu"))).probability(torch.zeros(4, 1))


@pytest.mark.parametrize(("holds", "sizes"), [(8, [8, 8, 8]), (4, [8, 4, 4, 4, 4, 4])])
def test_a_compiled_tagger_sees_one_size_whatever_is_in_the_batch(holds, sizes):
    seen = []

    def compiled(images):
        seen.append(len(images))
        if len(images) > holds:
            raise torch.cuda.OutOfMemoryError
        return images.flatten(1).float()

    fitted = Fitted(Tagger(None, compiled, torch.device("cpu"), compiled=True))
    for n in (8, 7, 3):  # a picture of the batch was broken; the last batch is short
        images = torch.arange(n * 4, dtype=torch.uint8).view(n, 2, 2)
        assert torch.equal(fitted.probability(images), images.flatten(1).float())
    assert seen == sizes


def test_pictures_come_in_order_whatever_the_workers(shards):
    found = []
    for workers in (0, 2):
        pictures = Pictures(shards, lambda picture: torch.tensor(picture.size), 4, "pictures")
        loader = torch.utils.data.DataLoader(pictures, batch_size=None, num_workers=workers)
        found.append([(name, i in batch.readable) for batch in loader for i, name in enumerate(batch.names)])
    assert found[0] == found[1]
    assert len(found[0]) == 21


def test_the_published_threshold_is_above_and_in_half_precision():
    just, next_ = np.float16(0.7), np.nextafter(np.float16(0.7), np.float16(1))
    assert (float(just), float(next_)) == (0.7001953125, 0.70068359375)
    assert limit_of(0.7, "at_least") == float(just)
    assert limit_of(0.7, "published") == float(next_)
    assert limit_of(0.5, "at_least") == 0.5
    assert limit_of(0.5, "published") > 0.5

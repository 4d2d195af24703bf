"""The synthetic world: new pictures of the same concepts, captions that say exactly what is there."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import REPOSITORY

from concept_freq.shards.captions import caption_of
from concept_freq.shards.pictures import picture_of
from concept_freq.shards.tar import Skips, read_samples
from concept_freq.text.concepts import read_concepts
from concept_freq.world.captions import CLEAN_TEMPLATES, clean_caption, named_concepts
from concept_freq.world.design import scene_sizes
from concept_freq.world.synthesis import bend, generate, mix, palette, premultiplied, repaint, straight

WORLD = REPOSITORY / "config" / "concepts" / "emoji_world.tsv"
SCRIPT = REPOSITORY / "scripts" / "compose_shard.py"


def disc(colour: tuple[int, int, int], radius: float = 0.35, side: int = 96) -> np.ndarray:
    """A disc of one colour on nothing."""
    y, x = np.mgrid[:side, :side] / side - 0.5
    picture = np.zeros((side, side, 4), np.uint8)
    picture[np.hypot(x, y) < radius] = (*colour, 255)
    return picture


RED, BLUE = disc((200, 30, 30)), disc((30, 30, 200), 0.25)


def test_premultiplying_can_be_undone():
    picture = disc((10, 200, 90))
    picture[::2, :, 3] //= 2
    back = straight(premultiplied(picture))
    assert np.array_equal(back[picture[..., 3] > 0], picture[picture[..., 3] > 0])
    assert not back[picture[..., 3] == 0].any()


def test_a_mixture_lies_between_its_parts_and_keeps_the_shared_outline():
    mixed = mix(np.random.default_rng(0), [RED, BLUE])
    inner, outer = mixed[48, 48], mixed[48, 96 * 80 // 100]
    assert inner[3] == pytest.approx(1, abs=0.01)
    assert 30 / 255 < inner[0] < 200 / 255
    assert inner[0] + inner[2] == pytest.approx(230 / 255, abs=0.01)
    assert outer[0] > outer[2]  # where only the red one is
    assert mixed[0].max() == 0


@given(st.integers(0, 10_000))
def test_bending_keeps_the_rim_and_most_of_the_thing(seed):
    bent = bend(np.random.default_rng(seed), RED)
    assert not bent[[0, -1]].any()
    assert not bent[:, [0, -1]].any()
    assert (bent[..., 3] > 0).mean() == pytest.approx((RED[..., 3] > 0).mean(), rel=0.35)
    assert set(map(tuple, bent[bent[..., 3] == 255])) == {(200, 30, 30, 255)}


def test_repainting_reaches_the_palette_of_the_model():
    picture, model = premultiplied(RED), premultiplied(BLUE)
    assert np.allclose(repaint(picture, model, 0), picture)
    assert np.allclose(palette(repaint(picture, model, 1))[0], palette(model)[0])


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_generated_pictures_are_new_and_seeded(seed, n):
    drawings = [disc((40 * i, 200, 30), 0.25 + 0.03 * i) for i in range(n)]
    made, again = (generate(np.random.default_rng(seed), drawings) for _ in range(2))
    assert np.array_equal(made, again)
    assert made.dtype == np.uint8
    assert made.shape == (96, 96, 4)
    assert not any(np.array_equal(made, drawing) for drawing in drawings)
    assert made[48, 48, 3] > 200


def test_captions_name_every_concept_and_nothing_else():
    concepts = read_concepts(WORLD)
    known, rng = tuple(concepts), np.random.default_rng(0)
    for template in CLEAN_TEMPLATES:
        assert not named_concepts(template.format("x"), known), template
    for _ in range(500):
        shown = [concepts[i] for i in rng.choice(len(concepts), rng.integers(1, 4), replace=False)]
        caption = clean_caption(rng, shown)
        assert {concept.name for concept in shown} <= named_concepts(caption, known), caption
        alone = {name for concept in shown for name in named_concepts(concept.name, known)}
        assert named_concepts(caption, known) == alone, caption  # ice cream in soft ice cream
        assert caption[0].isupper()
        assert caption.endswith(".")


@pytest.mark.slow
def test_a_synthetic_shard_is_whole_and_its_truth_says_so(tmp_path):
    concepts = pd.read_csv(WORLD, sep="\t", dtype=str, keep_default_na=False)[:4]
    concepts.to_csv(tmp_path / "concepts.tsv", sep="\t", index=False)
    for i in range(3):
        drawings = np.stack([disc((60 * i, 50 * j, 120)) for j in range(4)])
        np.save(tmp_path / f"{i}.npy", drawings)
    objects = int(scene_sizes(40, 21).sum())
    counts = [objects - 3 * (objects // 4), *[objects // 4] * 3]
    (tmp_path / "design.tsv").write_text("objects\n" + "\n".join(map(str, counts)) + "\n")
    style = json.dumps(dict.fromkeys(["alias", "keyword", "omitted", "plural", "lookalike"], 1.0))
    inputs = ["--concepts", "concepts.tsv", "--design", "design.tsv", "--pictures", "0.npy", "1.npy", "2.npy"]
    numbers = ["--samples", "40", "--shard-size", "40", "--side", "48", "--wrong-captions", "0.5", "--broken", "0.5"]
    command = [sys.executable, SCRIPT, *inputs, *numbers, "--caption-style", style, "--seed", "21", "--synthetic"]
    shards = [tmp_path / name / "00000.tar" for name in ("one", "two")]
    for shard in shards:
        out = ["--truth", shard.with_suffix(".parquet"), "--out", shard]
        result = subprocess.run([*command, *out], cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
    assert shards[0].read_bytes() == shards[1].read_bytes()
    skips = Skips("test")
    samples = list(read_samples(shards[0], skips))
    assert len(samples) == 40
    assert all(picture_of(sample).size == (48, 48) and caption_of(sample) for sample in samples)
    truth = pd.read_parquet(shards[0].with_suffix(".parquet"))
    assert (truth.in_picture == truth.in_caption).all()

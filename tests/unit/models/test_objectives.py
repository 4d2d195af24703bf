"""Training objectives: by hand where two pictures suffice, and CLIP's own is open_clip's to the bit."""

import io
import json
import math
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from test_training import ARCHITECTURE

import train_clip
from concept_freq.models import clip
from concept_freq.models.objectives import NAMES, cross_modal_cycle, in_modal_cycle, nt_xent, objective
from concept_freq.models.preprocessing import to_input
from concept_freq.models.training import crop_and_flip, fit, jitter_colours
from concept_freq.shards.tar import add_member, shard_writer

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0)}


@pytest.fixture
def architecture(tmp_path) -> Path:
    path = tmp_path / "objective_test_model.json"
    path.write_text(json.dumps(ARCHITECTURE))
    return path


@pytest.fixture
def shard(tmp_path) -> Path:
    """Eight samples, two of each colour."""
    path = tmp_path / "00000.tar"
    with shard_writer(path) as tar:
        for i, name in enumerate([*COLOURS, *COLOURS]):
            buffer = io.BytesIO()
            Image.new("RGB", (32, 32), COLOURS[name]).save(buffer, "PNG")
            add_member(tar, f"{i:04d}.png", buffer.getvalue())
            add_member(tar, f"{i:04d}.txt", name.encode())
    return path


def run(shard: Path, architecture: Path, out: Path, *options: str) -> dict[str, torch.Tensor]:
    """The weights that train_clip saves, called in this process, which saves the seconds of importing torch."""
    numbers = {"samples-seen": 12, "batch-size": 4, "learning-rate": 0.01, "weight-decay": 0.1, "colour-jitter": 0.3}
    flags = [text for key, value in {**numbers, "seed": 5}.items() for text in (f"--{key}", str(value))]
    arguments = ["--shards", shard, "--architecture", architecture, *flags, *options, "--out", out]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["train_clip.py", *map(str, arguments)])
        train_clip.main()
    return torch.load(out, weights_only=True)


def test_clip_is_trained_as_with_open_clip_alone(shard, architecture, tmp_path):
    found = run(shard, architecture, tmp_path / "clip.pt")
    torch.set_num_threads(1)
    torch.manual_seed(5)
    pixels = np.stack([np.full((32, 32, 3), COLOURS[name], np.uint8) for name in [*COLOURS, *COLOURS]])
    tokens = clip.tokenizer(architecture)([*COLOURS, *COLOURS])
    model = clip.create(architecture).train().to(memory_format=torch.channels_last)
    contrast, generator = open_clip.ClipLoss(), torch.Generator().manual_seed(5)
    rng = np.random.default_rng(5)
    order = rng.permutation(8)
    batches = [order[:4], order[4:], rng.permutation(8)[:4]]

    def loss_of(batch):
        return contrast(*model(jitter_colours(to_input(pixels[batch]), 0.3, generator), tokens[batch]))

    fit(model, batches, loss_of, 3, 0.01, 0.1)
    assert all(torch.equal(found[name], weight) for name, weight in model.state_dict().items())


@pytest.mark.parametrize("name", ["cyclip", "slip"])
def test_other_objectives_save_what_open_clip_loads(shard, architecture, tmp_path, name):
    plain = run(shard, architecture, tmp_path / "clip.pt")
    found = run(shard, architecture, tmp_path / f"{name}.pt", "--objective", name)
    again = run(shard, architecture, tmp_path / "again.pt", "--objective", name)
    assert all(torch.equal(found[key], again[key]) for key in found)
    assert found.keys() == plain.keys()
    assert any(not torch.equal(found[key], plain[key]) for key in found)
    loaded = clip.create(architecture, tmp_path / f"{name}.pt").state_dict()
    assert all(torch.equal(loaded[key], found[key]) for key in found)


def test_cycles_by_hand():
    images = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    texts = torch.tensor([[1.0, 0.0], [0.6, 0.8]])
    # <I_1, T_2> = 0.6 and <I_2, T_1> = 0; <I_1, I_2> = 0 and <T_1, T_2> = 0.6: each twice, over two pictures
    assert cross_modal_cycle(images, texts).item() == pytest.approx(0.36)
    assert in_modal_cycle(images, texts).item() == pytest.approx(0.36)


@given(st.integers(1, 6), st.integers(2, 5), st.integers(0, 1000))
def test_equal_embeddings_are_consistent(n, dim, seed):
    found = torch.nn.functional.normalize(torch.randn(n, dim, generator=torch.Generator().manual_seed(seed)), dim=-1)
    assert cross_modal_cycle(found, found).item() == pytest.approx(0, abs=1e-9)
    assert in_modal_cycle(found, found).item() == pytest.approx(0, abs=1e-9)


def test_two_views_by_hand():
    views = torch.eye(2)
    assert nt_xent(views, 3 * views, 0.5).item() == pytest.approx(math.log(1 + 2 * math.exp(-2)))
    assert nt_xent(views[:1], views[:1]).item() == pytest.approx(0)  # there is no other picture
    assert nt_xent(views, views.flip(0), 0.5).item() == pytest.approx(math.log(2 + math.exp(2)))


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_reaches_both_towers_and_the_head(architecture, name):
    torch.manual_seed(0)
    model = clip.create(architecture).train()
    tokens = clip.tokenizer(architecture)(list(COLOURS))
    trained = objective(name, 0.3, 0, clip.width(architecture))
    trained(model, torch.rand(4, 3, 32, 32), tokens).backward()
    assert bool(list(trained.parameters())) == (name == "slip")
    for weight in (model.visual.conv1.weight, model.text_projection, model.logit_scale, *trained.parameters()):
        assert torch.isfinite(weight.grad).all()
    assert model.visual.conv1.weight.grad.abs().sum() > 0
    assert model.text_projection.grad.abs().sum() > 0
    assert all(weight.grad.abs().sum() > 0 for weight in trained.parameters() if weight.ndim > 1)


def test_the_extra_losses_add_up(architecture):
    torch.manual_seed(0)
    model = clip.create(architecture).eval()
    tokens, inputs = clip.tokenizer(architecture)(list(COLOURS)), torch.rand(4, 3, 32, 32)
    plain, cyclic = (objective(name, 0.3, 1, 16)(model, inputs, tokens) for name in ("clip", "cyclip"))
    images, texts, _ = objective("clip", 0.3, 1, 16).embed(model, inputs, tokens)
    extra = 0.25 * (cross_modal_cycle(images, texts) + in_modal_cycle(images, texts))
    assert cyclic.item() == pytest.approx((plain + extra).item(), rel=1e-6)


def test_views_are_windows_of_the_picture():
    ramp = torch.arange(16.0).expand(1, 1, 16, 16).repeat(200, 3, 1, 1)
    found = crop_and_flip(ramp, torch.Generator().manual_seed(0))
    across = found[:, 0, 8]
    step = across.diff(dim=1)[:, 4:11]
    assert 70 < (step.mean(dim=1) < 0).sum() < 130  # mirrored
    assert (step.abs() <= 1 + 1e-4).all()
    assert (step.abs() >= (0.3 * 3 / 4) ** 0.5 - 1e-4).all()
    assert across.min() >= 0
    assert across.max() <= 15
    assert torch.allclose(found[:, 0, 0], across, atol=1e-4)  # columns stay columns

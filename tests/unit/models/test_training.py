"""Training: it learns, it repeats itself, and open_clip reads what it saves."""

import json
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch

from concept_freq.models import clip
from concept_freq.models.preprocessing import to_input
from concept_freq.models.training import cosine_schedule, fit, jitter_colours, save_checkpoint

ARCHITECTURE = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "patch_size": None},
    "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 16, "heads": 1, "layers": 1},
}


@pytest.fixture
def architecture(tmp_path) -> Path:
    path = tmp_path / "tiny_test_model.json"
    path.write_text(json.dumps(ARCHITECTURE))
    return path


def train(architecture: Path) -> tuple[torch.nn.Module, float, float]:
    """Train on four pictures of one colour each; returns the model, the first and the last loss."""
    torch.manual_seed(0)
    model = clip.create(architecture).train()
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]], np.uint8)
    pictures = np.broadcast_to(colours[:, None, None], (4, 32, 32, 3))
    tokens = clip.tokenizer(architecture)(["red", "green", "blue", "yellow"])
    contrast = open_clip.ClipLoss()

    def loss_of(batch):
        return contrast(*model(to_input(pictures[batch]), tokens[torch.from_numpy(batch)]))

    with torch.no_grad():
        first = loss_of(np.arange(4)).item()
    last = fit(model, [np.arange(4)] * 40, loss_of, 40, 0.01, 0.1)
    return model, first, last


def test_training_learns_and_repeats_to_the_bit(architecture):
    model, first, last = train(architecture)
    again, _, _ = train(architecture)
    assert last < first / 2
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


def test_open_clip_loads_the_checkpoint(architecture, tmp_path):
    model, _, _ = train(architecture)
    save_checkpoint(model, tmp_path / "model.pt")
    open_clip.add_model_config(architecture)
    loaded = open_clip.create_model(architecture.stem, pretrained=str(tmp_path / "model.pt"))
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, loaded.state_dict()[name]), name


def test_a_checkpoint_of_another_size_is_one_clear_error(architecture, tmp_path):
    save_checkpoint(clip.create(architecture), tmp_path / "model.pt")
    wider = tmp_path / "wider_test_model.json"
    wider.write_text(json.dumps({**ARCHITECTURE, "embed_dim": 32}))
    with pytest.raises(ValueError, match=r"model\.pt for .*wider_test_model\.json: the checkpoint has in another"):
        clip.create(wider, tmp_path / "model.pt")


def test_a_cut_off_checkpoint_is_one_clear_error(architecture, tmp_path):
    torch.save(clip.create(architecture).state_dict(), tmp_path / "whole.pt")
    (tmp_path / "cut.pt").write_bytes((tmp_path / "whole.pt").read_bytes()[:20_000])
    with pytest.raises(ValueError, match=r"cut\.pt is no whole checkpoint"):
        clip.create(architecture, tmp_path / "cut.pt")


def test_schedule_rises_then_falls_to_nothing():
    shares = [cosine_schedule(step, 100) for step in range(100)]
    assert shares[0] == pytest.approx(0.1)
    assert max(shares) == shares[10] == 1
    assert shares[-1] < 0.01


def test_jitter_of_nothing_only_greys():
    inputs = torch.rand(200, 3, 4, 4)
    jittered = jitter_colours(inputs, 0.0, torch.Generator().manual_seed(0))
    same = (jittered == inputs).flatten(1).all(dim=1)
    grey = (jittered == inputs.mean(dim=1, keepdim=True)).flatten(1).all(dim=1)
    assert (same | grey).all()
    assert 0.1 < grey.float().mean() < 0.3


def test_a_class_vector_is_the_mean_of_its_unit_prompts(architecture):
    model, tokenize = clip.create(architecture).eval(), clip.tokenizer(architecture)
    found = clip.classifier(model, tokenize, ["cat", "dog"], ["{}", "a photo of a {}."])
    parts = clip.embed_texts(model, tokenize, ["dog", "a photo of a dog."])
    assert torch.allclose(found[1], torch.nn.functional.normalize(parts.mean(0), dim=0), atol=1e-6)

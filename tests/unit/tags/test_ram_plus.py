"""RAM++: against the reference model's numbers where its fixtures are at hand, and what must hold of any weights.

The fixtures are not part of this repository: RAMPP_FIXTURES, or ../shared/fixtures/rampp.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from programs import REPOSITORY
from safetensors.torch import load_file

from concept_freq.tags.ram_plus import CheckpointError, RamPlus, convert, preprocess
from concept_freq.tags.swin import WindowAttention

PLACES = [os.environ.get("RAMPP_FIXTURES", ""), REPOSITORY.parent / "shared/fixtures/rampp"]
FIXTURES = next((Path(place) for place in PLACES if place and (Path(place) / "checkpoint.pth").exists()), None)
needs_fixtures = pytest.mark.skipif(
    FIXTURES is None, reason="no RAM++ fixtures here: set RAMPP_FIXTURES to their folder"
)
SMALL = {
    **{"image_size": 64, "patch_size": 4, "window_size": 4, "embed_dim": 8, "depths": [2, 2], "num_heads": [2, 4]},
    **{"head_hidden": 16, "head_intermediate": 32, "head_heads": 2},
}


def fixture(name: str) -> torch.Tensor:
    return torch.from_numpy(np.load(FIXTURES / f"{name}.npy"))


def labels(mode: str) -> torch.Tensor:
    return fixture("label_embeds_mean") if mode == "mean" else fixture("label_embeds").view(30, 5, 512)


def load(mode: str, path: Path | None = None) -> RamPlus:
    return RamPlus.from_checkpoint(path or FIXTURES / "checkpoint.pth", labels(mode), FIXTURES / "config.json")


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    return (one - other).abs().max().item()


@needs_fixtures
@pytest.mark.parametrize("mode", ["mean", "reweight"])
def test_logits_are_the_reference_model_s(mode):
    model, images = load(mode), fixture("images")
    assert apart(model.backbone(images), fixture("swin_tokens")) < 5e-5
    assert apart(model.embed(images), fixture("image_embeds")) < 5e-5
    assert apart(model(images), fixture(f"logits_{mode}")) < 1e-4
    single = torch.cat([model(image[None]) for image in images])
    assert apart(single, fixture(f"logits_{mode}")) < 1e-4


@needs_fixtures
@pytest.mark.parametrize("mode", ["mean", "reweight"])
def test_tags_are_the_reference_model_s(mode):
    names = json.loads((FIXTURES / "tags.json").read_text())
    probability = load(mode)(fixture("images")).sigmoid()
    for threshold, expected in json.loads((FIXTURES / "expected_tags.json").read_text())[mode].items():
        found = [[names[t] for t in np.flatnonzero(row > float(threshold))] for row in probability.numpy()]
        assert found == expected


@needs_fixtures
def test_descriptions_are_weighed_as_in_the_reference_model():
    model = load("reweight")
    assert apart(model.reweigh(fixture("image_embeds")[:, 0]), fixture("label_embeds_reweighted")) < 1e-6


@needs_fixtures
def test_pictures_are_prepared_as_in_the_reference_model():
    config = json.loads((FIXTURES / "config.json").read_text())
    for i, expected in enumerate(fixture("images")):
        with Image.open(FIXTURES / "raw" / f"{i}.png") as picture:
            assert apart(preprocess(picture, config["image_size"]), expected) < 1e-6


@needs_fixtures
def test_a_converted_checkpoint_is_the_same_model(tmp_path):
    convert(
        FIXTURES / "checkpoint.pth", tmp_path / "ram.safetensors", json.loads((FIXTURES / "config.json").read_text())
    )
    assert "label_embed" not in load_file(tmp_path / "ram.safetensors")
    assert apart(load("mean", tmp_path / "ram.safetensors")(fixture("images")), fixture("logits_mean")) < 1e-4


def normals(seed: int, *shape: int) -> np.ndarray:
    """NumPy's legacy stream, which is frozen. float64."""
    return np.random.RandomState(seed).standard_normal(shape)


def full_size_tensor(key: str, shape: list[int], r: np.ndarray) -> torch.Tensor:
    """A weight of the full-size model as the fixtures' README defines it."""
    if key == "reweight_scale":
        return torch.tensor(2.9)
    if key.endswith("relative_position_bias_table"):
        r = 0.5 * r
    elif len(shape) == 1:
        r = 1 + 0.2 * r if key.endswith("weight") else 0.1 * r
    else:
        r = r * {"wordvec_proj.weight": 20, "fc.weight": 5}.get(key, 1) / np.sqrt(np.prod(shape[1:]))
    return torch.from_numpy(r.astype(np.float32))


@pytest.mark.slow
@needs_fixtures
def test_the_model_of_real_size_is_the_reference_model(tmp_path):
    shapes = json.loads((FIXTURES / "full_state_dict_shapes.json").read_text())["tensors"]
    base = json.loads((FIXTURES / "full_size" / "seeds.json").read_text())["seed_base"]
    keys = sorted(key for key, entry in shapes.items() if entry["kind"] == "parameter" and key != "label_embed")
    state = {
        key: full_size_tensor(key, shapes[key]["shape"], normals(base + i, *shapes[key]["shape"]))
        for i, key in enumerate(keys)
    }
    torch.save({"model": state, "optimizer": {}, "config": {}, "epoch": 0}, tmp_path / "full.pth")
    del state
    images = torch.from_numpy(normals(base - 10, 2, 3, 384, 384).astype(np.float32))
    rows = {
        "mean": torch.from_numpy(normals(base - 9, 4029, 512).astype(np.float32)),
        "reweight": torch.from_numpy(normals(base - 8, 200, 51, 512).astype(np.float32)),
    }
    expected = np.load(FIXTURES / "full_size" / "expected.npz")
    for mode, labels_ in rows.items():
        model = RamPlus.from_checkpoint(tmp_path / "full.pth", torch.nn.functional.normalize(labels_, dim=-1))
        assert apart(model(images), torch.from_numpy(expected[f"logits_{mode}"])) < 1e-4
    assert apart(model.embed(images), torch.from_numpy(expected["image_embeds"])) < 5e-5


@pytest.fixture
def checkpoint(tmp_path):
    """A small model of random weights, as a converted file."""
    from safetensors.torch import save_file

    torch.manual_seed(0)
    model = RamPlus(SMALL)
    save_file(dict(model.state_dict()), tmp_path / "small.safetensors")
    return tmp_path / "small.safetensors"


def unit(*shape: int) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(1)), dim=-1)


def test_one_description_is_its_mean(checkpoint):
    images, rows = torch.randn(2, 3, 64, 64), unit(5, 512)
    mean = RamPlus.from_checkpoint(checkpoint, rows, SMALL)(images)
    assert apart(mean, RamPlus.from_checkpoint(checkpoint, rows[:, None], SMALL)(images)) < 1e-5


def test_absent_descriptions_do_not_count(checkpoint):
    images, rows = torch.randn(2, 3, 64, 64), unit(5, 3, 512)
    mask = torch.tensor([[1, 1, 0]] * 5, dtype=torch.bool)
    ragged = RamPlus.from_checkpoint(checkpoint, rows, SMALL, label_mask=mask)(images)
    assert apart(ragged, RamPlus.from_checkpoint(checkpoint, rows[:, :2], SMALL)(images)) < 1e-5
    assert apart(ragged, RamPlus.from_checkpoint(checkpoint, rows, SMALL)(images)) > 1e-4


def test_tags_do_not_see_each_other(checkpoint):
    images, rows = torch.randn(2, 3, 64, 64), unit(7, 512)
    model = RamPlus.from_checkpoint(checkpoint, rows, SMALL)
    together = model(images)
    model.set_labels(rows[[4, 2]])
    assert apart(model(images), together[:, [4, 2]]) < 1e-5


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"label_embed": torch.zeros(3, 512)}, "no reweight_scale: this is RAM or Tag2Text"),
        ({"reweight_scale": torch.zeros(()), "fc.weight": torch.zeros(1, 8)}, "not of the configured sizes"),
    ],
)
def test_another_model_is_named(tmp_path, state, words):
    torch.save({"model": state}, tmp_path / "other.pth")
    with pytest.raises(CheckpointError, match=rf"other.pth.*{words}"):
        RamPlus.from_checkpoint(tmp_path / "other.pth", unit(2, 512), SMALL)


def test_a_truncated_download_is_named(tmp_path):
    torch.save({"model": {"reweight_scale": torch.zeros(100_000)}}, tmp_path / "whole.pth")
    (tmp_path / "cut.pth").write_bytes((tmp_path / "whole.pth").read_bytes()[:50_000])
    with pytest.raises(CheckpointError, match=r"cut.pth.*50,000 bytes.*3,010,218,801"):
        RamPlus.from_checkpoint(tmp_path / "cut.pth", unit(2, 512), SMALL)


def test_labels_of_a_wrong_shape_are_named(checkpoint):
    with pytest.raises(ValueError, match=r"label_embeds: shape \(2, 100\)"):
        RamPlus.from_checkpoint(checkpoint, torch.zeros(2, 100), SMALL)


def test_attention_masks_are_as_the_fused_kernels_take_them():
    sizes = {"image_size": 48, "window_size": 6, "embed_dim": 8, "depths": [2, 2], "num_heads": [1, 2]}
    model = RamPlus({**sizes, "label_width": 16, "head_heads": 2, "head_hidden": 16, "head_intermediate": 32})
    model.prepare(torch.ones(3, 16))
    masks = [module.mask for module in model.modules() if isinstance(module, WindowAttention)]
    assert len(masks) == 4
    assert all(mask.is_contiguous() for mask in masks)

"""Checkpoints of other training codes: what the adapted open_clip model computes is what that code computes."""

import argparse
import csv
import json

import numpy as np
import open_clip
import pytest
import timm
import torch
from programs import REPOSITORY
from torch import nn

from concept_freq.models import clip
from concept_freq.models.checkpoints import fit_into, from_openai, from_slip, load_into, read_state, weights_in

TEXT = {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2}


class QuickGELU(nn.Module):
    """CLIP's cheaper GELU."""

    def forward(self, x):
        """By its formula."""
        return x * torch.sigmoid(1.702 * x)


class SlipLike(nn.Module):
    """A model in SLIP's layout, written down from its description: timm trunk, bare projections, QuickGELU in text."""

    def __init__(self, embed=16, width=32, layers=2, heads=2):
        super().__init__()
        self.visual = timm.create_model("vit_tiny_patch16_224", num_classes=0)
        block = lambda: nn.ModuleDict(  # noqa: E731
            {
                "attn": nn.MultiheadAttention(width, heads),
                "ln_1": nn.LayerNorm(width),
                "mlp": nn.ModuleDict(
                    {"c_fc": nn.Linear(width, 4 * width), "gelu": QuickGELU(), "c_proj": nn.Linear(4 * width, width)}
                ),
                "ln_2": nn.LayerNorm(width),
            }
        )
        self.transformer = nn.ModuleDict({"resblocks": nn.ModuleList([block() for _ in range(layers)])})
        self.token_embedding = nn.Embedding(49408, width)
        self.positional_embedding = nn.Parameter(torch.randn(77, width) / 10)
        self.ln_final = nn.LayerNorm(width)
        self.image_projection = nn.Parameter(torch.randn(self.visual.num_features, embed) / 10)
        self.text_projection = nn.Parameter(torch.randn(width, embed) / 10)
        self.logit_scale = nn.Parameter(torch.ones([]) * 2.6)
        self.image_mlp = nn.Linear(4, 4)  # the self-supervised head

    def encode_image(self, images):
        """(n, 3, side, side) to (n, dim)."""
        return self.visual(images) @ self.image_projection

    def encode_text(self, tokens):
        """(n, 77) to (n, dim)."""
        x = (self.token_embedding(tokens) + self.positional_embedding).permute(1, 0, 2)
        mask = torch.full((77, 77), -torch.inf).triu(1)
        for block in self.transformer["resblocks"]:
            y = block["ln_1"](x)
            x = x + block["attn"](y, y, y, need_weights=False, attn_mask=mask)[0]
            y = block["mlp"]["c_fc"](block["ln_2"](x))
            x = x + block["mlp"]["c_proj"](block["mlp"]["gelu"](y))
        x = self.ln_final(x.permute(1, 0, 2))
        return x[torch.arange(len(x)), tokens.argmax(dim=-1)] @ self.text_projection


@pytest.fixture
def slip_architecture(tmp_path):
    """The repository's architecture for SLIP's checkpoints, at a size that tests can afford."""
    config = json.loads((REPOSITORY / "config" / "models" / "vit_b_16_slip.json").read_text())
    config["embed_dim"] = 16
    config["vision_cfg"] |= {"timm_model_name": "vit_tiny_patch16_224"}
    config["text_cfg"] = TEXT
    path = tmp_path / "slip_tiny.json"
    path.write_text(json.dumps(config))
    return path


@torch.no_grad()
def test_a_slip_checkpoint_computes_the_same(tmp_path, slip_architecture):
    torch.manual_seed(0)
    theirs = SlipLike().eval()
    state = {f"module.{name}": value for name, value in theirs.state_dict().items()}
    path = tmp_path / "checkpoint.pt"
    run = argparse.Namespace(model="SLIP_VITB16")
    torch.save({"epoch": 25, "state_dict": state, "args": run, "best_acc1": np.float64(37.6)}, path)
    ours = clip.create(slip_architecture).eval()
    fit_into(ours, from_slip(read_state(path)), str(path))
    images, tokens = torch.randn(3, 3, 224, 224), clip.tokenizer(slip_architecture)(["a cat", "two dogs", "a T-shirt"])
    torch.testing.assert_close(ours.encode_image(images), theirs.encode_image(images), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(ours.encode_text(tokens), theirs.encode_text(tokens), rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_an_openai_layout_computes_the_same_and_keeps_quick_gelu(tmp_path):
    torch.manual_seed(0)
    config = {"embed_dim": 16, "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8}, "text_cfg": TEXT}
    found = {}
    for name, quick in (("plain", False), ("quick", True)):
        (tmp_path / f"{name}_gelu.json").write_text(json.dumps({**config, "quick_gelu": quick}))
        found[name] = clip.create(tmp_path / f"{name}_gelu.json").eval()
    state = {f"module.{name}": value for name, value in found["quick"].state_dict().items()}
    bookkeeping = {"module.context_length": torch.tensor(77), "module.vocab_size": torch.tensor(49408)}
    torch.save({"epoch": 64, "name": "cyclip", "state_dict": state | bookkeeping}, tmp_path / "best.pt")
    tokens = clip.tokenizer(tmp_path / "quick_gelu.json")(["a cat", "two dogs"])
    fresh = clip.create(tmp_path / "quick_gelu.json").eval()
    for model in (fresh, found["plain"]):
        fit_into(model, from_openai(read_state(tmp_path / "best.pt")), "best.pt")
    torch.testing.assert_close(fresh.encode_text(tokens), found["quick"].encode_text(tokens))
    assert not torch.allclose(found["plain"].encode_text(tokens), found["quick"].encode_text(tokens), atol=1e-4)


def test_a_checkpoint_that_does_not_fit_is_named(tmp_path, slip_architecture):
    model = clip.create(slip_architecture)
    state = dict(model.state_dict())
    with pytest.raises(ValueError, match=r"x\.pt: .* lacks 1 weights, the first ln_final\.bias; check architecture"):
        fit_into(model, {name: value for name, value in state.items() if name != "ln_final.bias"}, "x.pt")
    with pytest.raises(ValueError, match="has, beyond the model, 1 weights, the first momentum"):
        fit_into(model, {**state, "momentum": torch.zeros(1)}, "x.pt")
    with pytest.raises(ValueError, match="in another shape 1 weights, the first text_projection"):
        fit_into(model, {**state, "text_projection": torch.zeros(2, 2)}, "x.pt")


STATE = {"visual.weight": torch.ones(2), "logit_scale": torch.tensor(1.0)}
SMALLER = {"momentum": torch.zeros(1)}


@pytest.mark.parametrize(
    "prefix",
    [
        *("module.", "_orig_mod.", "model.", "_orig_mod.module.", "module._orig_mod.", "model._orig_mod.module."),
        *("_forward_module.model.", "_fsdp_wrapped_module."),
    ],
)
def test_modules_around_the_model_leave_no_prefix(tmp_path, prefix):
    torch.save({f"{prefix}{name}": value for name, value in STATE.items()}, tmp_path / "run.pt")
    assert read_state(tmp_path / "run.pt").keys() == STATE.keys()


def test_a_compiled_part_of_the_model_leaves_none_either(tmp_path):
    torch.save({"module.visual._orig_mod.weight": torch.ones(2)}, tmp_path / "run.pt")
    assert read_state(tmp_path / "run.pt").keys() == {"visual.weight"}


@pytest.mark.parametrize(
    "nest",
    [
        lambda state: {"state_dict": state, "optimizer": {"state": {0: SMALLER}}, "rng": torch.zeros(5)},
        lambda state: {"model": {"state_dict": state}, "scaler": SMALLER},
        lambda state: {"model_state_dict": state, "optimizer": {"exp_avg": {**state}}},
        lambda state: {"ema": state, "epoch": 3},
        lambda state: {"state_dict_ema": {"module": {**state}}, "state_dict": SMALLER},
    ],
)
def test_weights_are_found_however_nested(tmp_path, nest):
    assert weights_in(nest(STATE), tmp_path) == STATE


def test_beside_running_averages_the_trained_weights_are_taken_and_it_is_said(tmp_path, capsys):
    averaged = {name: value + 1 for name, value in STATE.items()} | SMALLER
    assert weights_in({"state_dict_ema": averaged, "state_dict": STATE}, tmp_path / "run.pt") == STATE
    assert "run.pt: took the weights in 'state_dict', not those in 'state_dict_ema'" in capsys.readouterr().err


def test_two_models_in_one_file_are_a_question(tmp_path):
    with pytest.raises(ValueError, match="holds weights of one size in 'student' and 'teacher'; keep one"):
        weights_in({"student": STATE, "teacher": {**STATE}}, tmp_path / "run.pt")
    both = {f"{prefix}{name}": value for prefix in ("model.", "module.") for name, value in STATE.items()}
    torch.save(both, tmp_path / "run.pt")
    with pytest.raises(ValueError, match="several models, which differ by the prefix"):
        read_state(tmp_path / "run.pt")
    with pytest.raises(ValueError, match="holds no weights; its keys are epoch, args"):
        weights_in({"epoch": 3, "args": {"lr": 1}}, tmp_path / "run.pt")


def test_a_prefix_that_nobody_knows_is_named():
    model = torch.nn.Linear(2, 2)
    state = {f"backbone.clip.{name}": value for name, value in model.state_dict().items()}
    with pytest.raises(ValueError, match=r"its names begin with 'backbone\.clip\.': save the weights without it"):
        fit_into(model, state, "x.pt")
    with pytest.raises(ValueError, match="set the format of the model's row to openai"):
        fit_into(model, {**model.state_dict(), "vocab_size": torch.tensor(5)}, "x.pt")


def test_a_number_has_a_shape_of_its_own_or_none(tmp_path):
    config = {"embed_dim": 16, "vision_cfg": {"image_size": 32, "layers": 1, "width": 16, "head_width": 8}}
    config |= {"text_cfg": TEXT, "init_logit_bias": -10}
    (tmp_path / "tiny_bias.json").write_text(
        json.dumps({**config, "vision_cfg": {**config["vision_cfg"], "patch_size": 16}})
    )
    theirs = clip.create(tmp_path / "tiny_bias.json")
    state = {name: value[None] if value.ndim == 0 else value for name, value in theirs.state_dict().items()}
    torch.save(state, tmp_path / "run.pt")
    ours = clip.create(tmp_path / "tiny_bias.json")
    load_into(ours, tmp_path / "run.pt", "run.pt")
    assert all(torch.equal(value, ours.state_dict()[name]) for name, value in theirs.state_dict().items())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("RN5O", "open_clip has no architecture 'RN5O'; close to it: .*RN50"),
        ("vit-b32", "close to it: .*ViT-B-32"),
        ("nowhere/tiny.json", r"nowhere/tiny\.json: no such model config"),
        ("empty.json", "it needs embed_dim, vision_cfg and text_cfg"),
    ],
)
def test_an_unknown_architecture_gets_a_short_answer(tmp_path, monkeypatch, name, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.json").write_text("{}")
    with pytest.raises(ValueError, match=message) as error:
        clip.create(name)
    assert len(str(error.value)) < 200


def test_every_published_model_is_one_that_open_clip_or_a_format_can_load():
    with (REPOSITORY / "config" / "models.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    known = set(open_clip.list_pretrained())
    for row in rows:
        if row["source"].startswith("open_clip:"):
            assert (row["architecture"], row["source"].partition(":")[2]) in known, row
        elif not row["architecture"].endswith(".json"):
            assert open_clip.get_model_config(row["architecture"]), row
    sets = [row["sets"].split("|") for row in rows]
    assert sum("paper" in names for names in sets) == 10
    assert sum("let_it_wag" in names for names in sets) == 40
    with (REPOSITORY / "config" / "released" / "models.tsv").open() as file:
        published = {row["model"] for row in csv.DictReader(file, delimiter="\t")}
    assert published == {row["model"] for row, names in zip(rows, sets, strict=True) if "let_it_wag" in names}

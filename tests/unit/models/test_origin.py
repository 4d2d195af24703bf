"""What is known of weights beside their tensors: QuickGELU and picture preparation are never guessed in silence."""

import json
import warnings
from pathlib import Path

import open_clip
import pytest
import torch
from test_checkpoints import TEXT
from torch import nn

import retrieve_model
from concept_freq.models import clip
from concept_freq.models.origin import Origin, check_activation, preparation
from concept_freq.models.preprocessing import NAMED, read_settings

TINY = {"embed_dim": 16, "vision_cfg": {"image_size": 32, "layers": 1, "width": 16, "head_width": 8, "patch_size": 16}}
TINY |= {"text_cfg": TEXT}
SIGLIP = {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "resize_mode": "squash"}


def origin(source: str, architecture: str, layout: str = "open_clip", path: Path = Path("run.pt")) -> Origin:
    return Origin(source, str(architecture), layout, path)


@pytest.fixture
def tiny(tmp_path):
    """Write an architecture with these settings; returns its file."""

    def write(**settings) -> Path:
        path = tmp_path / f"tiny_origin_{len(list(tmp_path.iterdir()))}.json"
        path.write_text(json.dumps({**TINY, **settings}))
        return path

    return write


def test_weights_that_open_clip_knows_to_need_quick_gelu_are_not_computed_without():
    with pytest.raises(ValueError, match=r"trained with QuickGELU .*computes with GELU; set .* to ViT-B-32-quickgelu"):
        check_activation(origin("open_clip:openai", "ViT-B-32"))
    check_activation(origin("open_clip:openai", "ViT-B-32-quickgelu"))
    check_activation(origin("open_clip:laion2b_s34b_b79k", "ViT-B-32"))


@pytest.mark.parametrize("architecture", sorted({name for name, _ in open_clip.list_pretrained()}))
def test_the_remedy_is_an_architecture_that_exists(architecture):
    for tag in open_clip.list_pretrained_tags_by_model(architecture):
        try:
            check_activation(origin(f"open_clip:{tag}", architecture))
        except ValueError as error:
            check_activation(origin(f"open_clip:{tag}", str(error).split()[-1]))


def test_openai_s_layout_needs_quick_gelu(tiny):
    for settings in ({}, {"quick_gelu": False}):
        with pytest.raises(ValueError, match=r'"quick_gelu": true into .*leave the row.s format empty'):
            check_activation(origin("best.pt", tiny(**settings), "openai"))
    check_activation(origin("best.pt", tiny(quick_gelu=True), "openai"))
    check_activation(origin("best.pt", tiny()))


def test_the_config_beside_weights_says_their_activation(tmp_path, tiny):
    (tmp_path / "run.json").write_text(json.dumps({"model_cfg": {**TINY, "quick_gelu": True}}))
    with pytest.raises(ValueError, match=r"trained with QuickGELU \(.*run\.json\)"):
        check_activation(origin("run.pt", tiny(), path=tmp_path / "run.pt"))
    (tmp_path / "run.json").unlink()
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": TINY}))
    with pytest.raises(ValueError, match=r'trained with GELU .* computes with QuickGELU; write "quick_gelu": false'):
        check_activation(origin("run.pt", tiny(quick_gelu=True), path=tmp_path / "run.pt"))


def test_preparation_is_the_row_s_then_the_weights_own(tmp_path, tiny):
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": TINY, "preprocess_cfg": SIGLIP}))
    known = origin("hf:someone/siglip", tiny(), path=tmp_path / "open_clip_pytorch_model.bin")
    assert preparation(known, "imagenet") == (read_settings("imagenet"), "as configured")
    settings, why = preparation(known)
    assert settings == SIGLIP
    assert "open_clip_config.json says" in why
    (tmp_path / "open_clip_pytorch_model.json").write_text(json.dumps({"mean": [0.1] * 3}))
    assert preparation(known)[0] == {**NAMED["clip"], "mean": [0.1] * 3}


@pytest.mark.parametrize(
    ("source", "architecture", "recipe"),
    [
        ("open_clip:webli", "ViT-B-16-SigLIP", "siglip"),
        ("siglip.pt", "ViT-B-16-SigLIP", "siglip"),
        ("hf:someone/else", "RN50", "clip"),
        ("open_clip:openai", "RN50-quickgelu", "clip"),
    ],
)
def test_preparation_is_else_what_open_clip_knows(source, architecture, recipe):
    assert preparation(origin(source, architecture))[0] == NAMED[recipe]


def test_without_a_word_clip_s_is_said_and_siglip_s_asked(tiny):
    settings, why = preparation(origin("run.pt", tiny()))
    assert settings == NAMED["clip"]
    assert "these weights do not say; if that is wrong, set preprocessing" in why
    with pytest.raises(ValueError, match=r"set preprocessing \(siglip, clip"):
        preparation(origin("run.pt", tiny(init_logit_bias=-10)))


def test_a_config_that_is_no_json_is_named(tmp_path, tiny):
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(ValueError, match=r"run\.json: is no JSON"):
        preparation(origin("run.pt", tiny(), path=tmp_path / "run.pt"))


def test_a_hub_repository_s_own_preparation_is_kept(tmp_path, monkeypatch, tiny, retrieve):
    hub, asked = tmp_path / "hub", []
    hub.mkdir()
    architecture = tiny(init_logit_bias=-10)
    torch.save(clip.create(architecture).state_dict(), hub / "open_clip_pytorch_model.bin")
    (hub / "open_clip_config.json").write_text(json.dumps({"model_cfg": TINY, "preprocess_cfg": SIGLIP}))

    def download(repo_id: str, filename: str, revision: str, cache_dir: str) -> str:
        asked.append((repo_id, filename))
        return str(hub / filename)

    monkeypatch.setattr(retrieve_model, "hf_hub_download", download)
    assert retrieve("hf:someone/siglip", architecture) == SIGLIP
    assert ("someone/siglip", "open_clip_config.json") in asked


def test_an_openai_archive_computes_with_quick_gelu_or_not_at_all(tmp_path, tiny, retrieve, capsys):
    class Archive(nn.Module):
        """A model as OpenAI's archive holds it: its weights by name, and three numbers."""

        def __init__(self, model: nn.Module) -> None:
            super().__init__()
            for name, child in model.named_children():
                setattr(self, name, nn.Module())
                self.fill(getattr(self, name), child)
            for name, value in model.named_parameters(recurse=False):
                self.register_parameter(name, value)
            for name in ("input_resolution", "context_length", "vocab_size"):
                self.register_buffer(name, torch.tensor(1))

        def fill(self, own: nn.Module, theirs: nn.Module) -> None:
            for name, value in theirs.named_parameters(recurse=False):
                own.register_parameter(name, value)
            for name, child in theirs.named_children():
                own.add_module(name, nn.Module())
                self.fill(getattr(own, name), child)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    quick = tiny(quick_gelu=True)
    with warnings.catch_warnings(action="ignore"):
        torch.jit.save(torch.jit.script(Archive(clip.create(quick))), tmp_path / "ViT-Tiny.pt")
    assert retrieve(tmp_path / "ViT-Tiny.pt", quick, "--format", "openai")["mean"] == list(NAMED["clip"]["mean"])
    assert "parameters; pictures are prepared as CLIP's" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="trained with QuickGELU"):
        retrieve(tmp_path / "ViT-Tiny.pt", tiny(), "--format", "openai")
    with pytest.raises(SystemExit, match="set the format of the model's row to openai"):
        retrieve(tmp_path / "ViT-Tiny.pt", quick)


def test_a_mismatch_is_told_before_anything_is_fetched(retrieve, monkeypatch):
    monkeypatch.setattr(retrieve_model, "locate", lambda *_: pytest.fail("fetched"))
    with pytest.raises(SystemExit, match="set the architecture of the model's row to ViT-B-32-quickgelu"):
        retrieve("open_clip:openai", "ViT-B-32")


def test_a_misspelt_name_ends_with_what_is_close(tiny, retrieve):
    with pytest.raises(SystemExit, match=r"RN5O.*close to it: .*RN50"):
        retrieve("open_clip:openai", "RN5O")
    with pytest.raises(SystemExit, match="open_clip has no weights 'openal' for RN50; it has openai, yfcc15m, cc12m"):
        retrieve("open_clip:openal", "RN50")

"""Each kind of tagger gives the probability that it should, and says in one message what it lacks."""

import io
import json

import numpy as np
import pandas as pd
import pytest
import safetensors.torch
import torch
from PIL import Image
from tagging_runs import NAMES, TINY, contents, jpeg, run
from transformers import Owlv2Config, Owlv2ForObjectDetection, Owlv2ImageProcessor

from concept_freq.models import clip
from concept_freq.tags.base import KINDS, Kind
from concept_freq.tags.labels import average, write_labels
from concept_freq.tags.ram_plus import RamPlus, preprocess

SIZES = {"image_size": 48, "patch_size": 4, "window_size": 6, "embed_dim": 8, "depths": [2, 2], "num_heads": [1, 2]}
SIZES |= {"label_width": 16, "head_heads": 2, "head_hidden": 16, "head_intermediate": 32}


@torch.no_grad()
@pytest.mark.parametrize("mode", ["mean", "reweight"])
def test_ram_plus_tags_with_its_own_labels(tmp_path, shards, concepts, mode):
    torch.manual_seed(0)
    model = RamPlus(SIZES)
    weights = {name: value.contiguous() for name, value in model.state_dict().items() if "index" not in name}
    safetensors.torch.save_file(weights, tmp_path / "ram.safetensors")
    rng = np.random.default_rng(0)
    rows = {name: rng.normal(size=(2 + i % 3, 16)) for i, name in enumerate(NAMES)}
    rows = {name: r / np.linalg.norm(r, axis=1, keepdims=True) for name, r in rows.items()}
    write_labels({n: average(r)[None] if mode == "mean" else r for n, r in rows.items()}, tmp_path / "labels.parquet")
    options = ["--kind", "ram_plus", "--checkpoint", tmp_path / "ram.safetensors", "--sizes", json.dumps(SIZES)]
    options += ["--labels", tmp_path / "labels.parquet", "--floor", 0.01]
    found = []
    for precision in ("fp32", "bf16"):
        run(tmp_path / precision, shards, concepts, *options, "--precision", precision)
        table = pd.read_parquet(tmp_path / precision / "tags.parquet")
        found.append(table.set_index(["shard", "row", "concept_id"]).probability.astype(float))
    tags, coarse = found
    assert 0 < (tags - coarse).abs().max() < 0.02
    for c, name in enumerate(NAMES):  # each tag alone, without padding: tags do not see one another
        own = average(rows[name])[None] if mode == "mean" else rows[name][None]
        alone = RamPlus.from_checkpoint(tmp_path / "ram.safetensors", torch.tensor(own, dtype=torch.float32), SIZES)
        p = torch.sigmoid(alone(preprocess(Image.open(io.BytesIO(jpeg(20))), 48)[None]))[0, 0].item()
        assert abs(tags["00002", 0, c] - p) < 1e-3


@torch.no_grad()
def test_owlv2_gives_a_concept_the_probability_of_its_best_box(tmp_path, shards, concepts):
    torch.manual_seed(0)
    text = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    text |= {"max_position_embeddings": 16}
    vision = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    vision |= {"image_size": 32, "patch_size": 16}
    config = Owlv2Config(text_config=text, vision_config=vision, projection_dim=16)
    model = Owlv2ForObjectDetection(config).eval()
    model.save_pretrained(tmp_path / "owl")
    options = ["--kind", "owlv2", "--checkpoint", tmp_path / "owl", "--template", "a photo of a {}", "--floor", 0.001]
    run(tmp_path / "out", shards, concepts, *options)
    tags = pd.read_parquet(tmp_path / "out" / "tags.parquet").set_index(["shard", "row", "concept_id"]).probability
    tokens = clip.open_clip.SimpleTokenizer(context_length=16)([f"a photo of a {name}" for name in NAMES])
    processor = Owlv2ImageProcessor(size={"height": 32, "width": 32})
    pixels = processor(images=np.array(Image.open(io.BytesIO(jpeg(20)))), return_tensors="pt")["pixel_values"]
    whole = model(input_ids=tokens, attention_mask=(tokens > 0).long(), pixel_values=pixels)
    expected = torch.sigmoid(whole.logits)[0].amax(dim=0)
    for c in range(len(NAMES)):
        assert abs(tags["00002", 0, c] - expected[c].item()) < 1e-3


def test_a_kind_of_one_s_own_is_a_file_and_an_entry(tmp_path, shards, concepts, monkeypatch):
    (tmp_path / "light_tagger.py").write_text(
        "import numpy as np, torch\n"
        "from concept_freq.tags.base import Tagger\n"
        "def open_tagger(checkpoint, names, *, device, template):\n"
        "    shown = torch.linspace(0, 1, len(names)) * (template == 'bright')\n"
        "    prepare = lambda picture: torch.tensor(float(np.asarray(picture).mean() > 0))\n"
        "    return Tagger(prepare, lambda bright: bright[:, None] * shown, torch.device(device))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(KINDS, "light", Kind("light_tagger:open_tagger", ("template",), memory_mb=1))
    options = ["--kind", "light", "--checkpoint", concepts, "--template", "bright", "--device", "cpu"]
    run(tmp_path / "out", shards, concepts, *options)
    tags = pd.read_parquet(tmp_path / "out" / "tags.parquet")
    assert tags.groupby("concept_id").size().to_dict() == {2: 20, 3: 20, 4: 20}


def test_a_model_without_a_bias_needs_softmax(tmp_path, shards, concepts, siglip):
    plain = {key: value for key, value in TINY.items() if key != "init_logit_bias"}
    (tmp_path / "tiny_clip.json").write_text(json.dumps(plain))
    torch.save(clip.create(tmp_path / "tiny_clip.json").state_dict(), tmp_path / "clip.pt")
    options = [
        "--kind",
        "open_clip",
        "--architecture",
        tmp_path / "tiny_clip.json",
        "--checkpoint",
        tmp_path / "clip.pt",
    ]
    with pytest.raises(SystemExit, match=r"set tagger\.score to softmax"):
        run(tmp_path / "out", shards, concepts, *options)
    run(tmp_path / "out", shards, concepts, *options, "--score", "softmax", "--template", "a photo of a {}.")
    assert len(pd.read_parquet(tmp_path / "out" / "tags.parquet"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--device", "cuda"], "torch sees no GPU here; set it to auto or cpu"),
        (["--checkpoint", "/nowhere/ram.pth"], "/nowhere/ram.pth: no such checkpoint"),
    ],
)
def test_what_is_not_there_is_one_message(tmp_path, shards, concepts, siglip, options, message):
    if "--device" in options and torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(SystemExit, match=message):
        run(tmp_path / "out", shards, concepts, *siglip, *options)


def test_a_siglip_without_a_word_on_its_pictures_is_a_question(tmp_path, shards, concepts, siglip):
    with pytest.raises(SystemExit, match=r"which have a logit bias as SigLIP's: set preprocessing \(siglip, clip"):
        run(tmp_path / "out", shards, concepts, *siglip[:-2])
    own = {"preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3, "resize_mode": "squash"}}
    (tmp_path / "tiny.json").write_text(json.dumps(own))
    assert "pictures are prepared as" in run(tmp_path / "beside", shards, concepts, *siglip[:-2])
    run(tmp_path / "named", shards, concepts, *siglip[:-1], "siglip")
    assert contents(tmp_path / "beside") == contents(tmp_path / "named")

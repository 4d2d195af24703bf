"""Evaluation against a peer (CLIP_benchmark) to the last digit, and a user's own model and set from rows to scores."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import safetensors.torch
import torch
import yaml
from PIL import Image
from programs import REPOSITORY, SCRIPTS

from concept_freq.models import clip
from concept_freq.models.embedding import embed_pictures
from concept_freq.models.preprocessing import recipe
from concept_freq.shards.batches import Pictures
from concept_freq.shards.tar import add_member, shard_writer

ARCHITECTURE = REPOSITORY / "config" / "models" / "vit.json"
NAMES = ["acorn", "bicycle", "red panda", "T-shirt", "volcano"]
TEMPLATES = ["a photo of a {}.", "a drawing of the {}.", "{}"]
PER_CLASS = 9


def jpeg(seed: int, label: int) -> bytes:
    """A picture that is not square: coarse noise around its class's colour."""
    rng = np.random.default_rng(seed)
    blocks = rng.normal(np.random.default_rng(label).uniform(90, 160, 3), 70, (6, 8, 3)).clip(0, 255)
    pixels = blocks.repeat(7, axis=0).repeat(7, axis=1)
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "jpeg")
    return file.getvalue()


def call(script: str, *arguments) -> None:
    """Run one of the workflow's scripts."""
    subprocess.run([sys.executable, SCRIPTS / script, *map(str, arguments)], check=True)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A small open_clip model with random weights, in its architecture's name and a checkpoint."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("model") / "weights.safetensors"
    made = clip.create(ARCHITECTURE)
    safetensors.torch.save_file({name: value.contiguous() for name, value in made.state_dict().items()}, path)
    return path


@pytest.fixture(scope="module")
def classification(tmp_path_factory):
    """A classification set in two shards, in CLIP_benchmark's layout."""
    folder = tmp_path_factory.mktemp("classification")
    (folder / "test").mkdir()
    (folder / "classnames.txt").write_text("\n".join(NAMES))
    (folder / "zeroshot_classification_templates.txt").write_text("\n".join(t.replace("{}", "{c}") for t in TEMPLATES))
    (folder / "test" / "nshards.txt").write_text("2")
    (folder / "templates.txt").write_text("\n".join(TEMPLATES))
    for shard in range(2):
        with shard_writer(folder / "test" / f"{shard}.tar") as tar:
            for i in range(shard, PER_CLASS * len(NAMES), 2):
                add_member(tar, f"s{i:04d}.cls", str(i % len(NAMES)).encode())
                add_member(tar, f"s{i:04d}.jpg", jpeg(i, i % len(NAMES)))
    return folder


@pytest.fixture(scope="module")
def retrieval(tmp_path_factory):
    """A retrieval set: one to five captions a picture, in CLIP_benchmark's layout."""
    folder = tmp_path_factory.mktemp("retrieval")
    (folder / "test").mkdir()
    (folder / "dataset_type.txt").write_text("retrieval")
    (folder / "test" / "nshards.txt").write_text("1")
    (folder / "concepts.tsv").write_text("concept\nnumber\n" + "\n".join(NAMES) + "\n")
    with shard_writer(folder / "test" / "0.tar") as tar:
        for i in range(40):
            captions = [f"{NAMES[(i + j) % 5]} number {i} seen {j} times" for j in range(1 + i % 5)]
            add_member(tar, f"s{i:04d}.jpg", jpeg(i, i % len(NAMES)))
            add_member(tar, f"s{i:04d}.txt", "\n".join(captions).encode())
    return folder


def peer(model: Path, folder: Path) -> dict:
    """What CLIP_benchmark says about a set."""
    command = [sys.executable, REPOSITORY / "tests" / "peer.py", ARCHITECTURE, model, folder]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def embedded(model: Path, folder: Path, out: Path, *options) -> tuple[Path, Path]:
    """Samples and embeddings of a set by the workflow's scripts."""
    shards = sorted((folder / "test").glob("*.tar"))
    task = "retrieval" if (folder / "dataset_type.txt").exists() else "classification"
    classes = ["--classes", folder / "classnames.txt"] if task == "classification" else []
    call("list_samples.py", "--shards", *shards, "--task", task, *classes, "--out", out / "samples.parquet")
    weights = ["--architecture", ARCHITECTURE, "--checkpoint", model, "--preprocessing", "clip"]
    files = ["--skipped", out / "skipped.parquet", "--out", out / "images.safetensors"]
    call("embed_images.py", "--shards", *shards, *weights, "--precision", "fp32", *files, *options)
    return out / "samples.parquet", out / "images.safetensors"


def test_accuracy_per_class_is_the_peers_to_the_last_digit(tmp_path, model, classification):
    samples, images = embedded(model, classification, tmp_path)
    weights = ["--architecture", ARCHITECTURE, "--checkpoint", model, "--precision", "fp32"]
    named = ["--classes", classification / "classnames.txt"]
    prompts = ["--prompts", "ensemble", "--templates", classification / "templates.txt"]
    who = ["--pretraining", "mine", "--model", "mine/vit", "--dataset", "set", "--out", tmp_path / "accuracy.parquet"]
    call("evaluate_classification.py", "--samples", samples, "--embeddings", images, *named, *prompts, *weights, *who)
    ours = pd.read_parquet(tmp_path / "accuracy.parquet").set_index("concept").loc[NAMES]

    theirs = peer(model, classification)
    target, right = np.array(theirs["target"]), np.equal(theirs["target"], theirs["predicted"])
    per_class = [100 * right[target == i].sum() / (target == i).sum() for i in range(len(NAMES))]
    assert ours.accuracy.tolist() == per_class
    assert ours.accuracy.nunique() > 1
    assert (ours.accuracy * ours.n_images).sum() / 100 / ours.n_images.sum() == pytest.approx(theirs["acc1"], rel=1e-14)
    assert ours.accuracy.mean() / 100 == pytest.approx(theirs["mean_per_class_recall"], rel=1e-14)


def test_recall_is_the_peers_to_the_last_digit(tmp_path, model, retrieval):
    samples, images = embedded(model, retrieval, tmp_path)
    weights = ["--architecture", ARCHITECTURE, "--checkpoint", model, "--precision", "fp32"]
    files = ["--samples", samples, "--embeddings", images, "--concepts", retrieval / "concepts.tsv"]
    who = ["--pretraining", "mine", "--model", "mine/vit", "--dataset", "set", "--out", tmp_path / "recall.parquet"]
    call("evaluate_retrieval.py", *files, *weights, *who, "--k", 1, 5, 10, "--min-images", 1)
    ours = pd.read_parquet(tmp_path / "recall.parquet")

    theirs = peer(model, retrieval)
    everything = ours[ours.concept == "number"].set_index(["direction", "k"])  # in every caption
    assert (everything.n["t2i", 1], everything.n["i2t", 1]) == (sum(1 + i % 5 for i in range(40)), 40)
    for k in (1, 5, 10):  # theirs are float32
        assert everything.recall["t2i", k] == pytest.approx(theirs[f"image_retrieval_recall@{k}"], rel=1e-6)
        assert everything.recall["i2t", k] == pytest.approx(theirs[f"text_retrieval_recall@{k}"], rel=1e-6)
    assert 0 < theirs["image_retrieval_recall@10"] < 1


def test_several_workers_and_batches_change_nothing(tmp_path, model, classification):
    found = []
    for name, options in (("one", []), ("two", ["--workers", 2, "--batch-size", 7])):
        (tmp_path / name).mkdir()
        _, images = embedded(model, classification, tmp_path / name, *options)
        found.append(safetensors.torch.load_file(images)["embeddings"])
    torch.testing.assert_close(found[0], found[1], rtol=1e-5, atol=1e-6)  # order of sums depends on the batch


def test_a_model_with_towers_of_its_own_is_embedded(tmp_path, classification):
    config = json.loads((REPOSITORY / "config" / "models" / "tagger.json").read_text())  # its picture tower is timm's
    path = tmp_path / "towers.json"
    path.write_text(json.dumps({**config, "custom_text": True}))  # as SigLIP is built: no projection beside the towers
    made = clip.create(path)
    assert not hasattr(made, "text_projection")
    assert not hasattr(made.visual, "output_dim")
    shards = sorted((classification / "test").glob("*.tar"))
    embedded, _ = embed_pictures(made.eval(), Pictures(shards, recipe("clip", 48), 16, "evaluation"))
    assert embedded.shape == (PER_CLASS * len(NAMES), 128)
    torch.testing.assert_close(embedded.norm(dim=1), torch.ones(len(embedded)))


def test_half_precision_stays_close(tmp_path, model, classification):
    _, images = embedded(model, classification, tmp_path)
    full = safetensors.torch.load_file(images)["embeddings"]
    _, images = embedded(model, classification, tmp_path, "--precision", "bf16")
    half = safetensors.torch.load_file(images)["embeddings"]
    assert not torch.equal(full, half)
    assert (full * half).sum(dim=1).min() > 0.999


@pytest.fixture
def own(tmp_path, repository, model):
    """A folder of pictures and a checkpoint of one's own, each a row of a registry."""
    for label, name in enumerate(NAMES[:3]):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for i in range(4):
            (tmp_path / "pictures" / name / f"{i}.jpg").write_bytes(jpeg(i, label))
    (tmp_path / "pictures" / "acorn" / "0.jpg").write_bytes(b"no picture")
    (tmp_path / "config").mkdir()
    config = (repository / ".test" / "config" / "config.yaml").read_text().replace("../config", f"{repository}/config")
    changed = {"pretraining": ["random_tiny"], "models": ["mine"], "downstream": ["pets"], "figures": {}}
    changed["tagger_comparison"] = {}
    changed["pathvars"] = {"resources": "resources"}
    (tmp_path / "config" / "config.yaml").write_text(yaml.safe_dump({**yaml.safe_load(config), **changed}))
    for name in ("pretraining.tsv", "backbones.tsv", "concepts.tsv"):
        (tmp_path / "config" / name).write_text((repository / ".test" / "config" / name).read_text())
    head = ["model", "pretraining", "architecture", "source", "format", "preprocessing", "sha256", "sets"]
    row = ["mine/vit", "mine", ARCHITECTURE, model, "", "clip", "", "mine"]
    (tmp_path / "config" / "models.tsv").write_text("\n".join("\t".join(map(str, cells)) for cells in (head, row)))

    def describe(**cells):
        row = {"dataset": "pets", "task": "classification", "source": f"folder:{tmp_path}/pictures", "n_classes": "3"}
        row |= {"n_images": "12", "description": "mine", **cells}
        (tmp_path / "config" / "downstream.tsv").write_text("\t".join(row) + "\n" + "\t".join(row.values()))
        return tmp_path

    return describe


TARGET = "results/class_accuracy/mine/vit/pets.parquet"


def test_a_set_and_a_model_of_ones_own_run_from_their_rows(snakemake, own):
    folder = own()
    result = snakemake("--cores", "2", TARGET, folder=folder)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    table = pd.read_parquet(folder / TARGET)
    assert set(table.concept) == set(NAMES[:3])
    assert set(table.prompts) == {"class", "simple", "ensemble"}
    assert (table.n_images == 4).all()  # the broken picture counts, as wrong
    assert (table.accuracy[table.concept == "acorn"] <= 75).all()
    assert ((table.ci_low <= table.accuracy) & (table.accuracy <= table.ci_high)).all()
    skipped = pd.read_parquet(folder / "results" / "skipped" / "evaluation" / "mine" / "vit" / "pets.parquet")
    assert skipped.reason.tolist() == ["picture cannot be decoded"]
    plan = snakemake("--dry-run", TARGET, folder=folder)
    assert "Nothing to be done" in plan.stdout + plan.stderr


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"n_classes": "4"}, "3 class names where the set's row says 4"),
        ({"n_images": "13"}, "12 pictures where its row says 13: another split or version"),
        ({"class_names": "names.txt"}, "2 of 3 classes are known by name, but 'red panda' not among the class names"),
        ({"source": "folder:/nowhere"}, "/nowhere: no class folders"),
    ],
)
def test_a_set_that_is_not_what_its_row_says_is_one_message(snakemake, own, cells, message):
    folder = own(**cells)
    (folder / "names.txt").write_text("acorn\nbicycle\n")
    result = snakemake("--cores", "2", "results/samples/pets.parquet", folder=folder)
    assert result.returncode == 1
    assert message in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr

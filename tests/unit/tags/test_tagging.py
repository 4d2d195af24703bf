"""Tagging shards: what is kept, what a broken picture, a truncated shard, a kill and a full GPU make of it."""

import contextlib
import hashlib
import io
import json
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
import safetensors.torch
import torch
from PIL import Image
from programs import SCRIPTS
from transformers import Owlv2Config, Owlv2ForObjectDetection, Owlv2ImageProcessor

import tag_images
from concept_freq.counts.chunk import create_tags, tally
from concept_freq.counts.thresholds import limit_of
from concept_freq.io.duck import connect
from concept_freq.models import clip
from concept_freq.models.preprocessing import recipe
from concept_freq.shards.batches import Batch, Pictures
from concept_freq.shards.tar import add_member, shard_writer
from concept_freq.tags.base import KINDS, Kind, Tagger
from concept_freq.tags.fitting import Fitted
from concept_freq.tags.labels import average, write_labels
from concept_freq.tags.ram_plus import RamPlus, preprocess
from concept_freq.tags.tagging import PARTS, Parts, tag

NAMES = ["acorn", "bicycle", "red panda", "T-shirt", "volcano"]
TINY = {"embed_dim": 16, "init_logit_scale": 3.0, "init_logit_bias": 0.1, "quick_gelu": False}
TINY |= {"vision_cfg": {"image_size": 16, "layers": 1, "width": 16, "head_width": 8, "patch_size": 8}}
TINY |= {"text_cfg": {"context_length": 12, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}}
SIZES = {"image_size": 48, "patch_size": 4, "window_size": 6, "embed_dim": 8, "depths": [2, 2], "num_heads": [1, 2]}
SIZES |= {"label_width": 16, "head_heads": 2, "head_hidden": 16, "head_intermediate": 32}


def jpeg(seed: int) -> bytes:
    """A picture of coarse noise, not square."""
    pixels = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "jpeg")
    return file.getvalue()


@pytest.fixture
def shards(tmp_path):
    """Three shards of 7 pictures; one picture of the second is broken."""
    paths = [tmp_path / f"{n:05d}.tar" for n in range(3)]
    for n, path in enumerate(paths):
        with shard_writer(path) as tar:
            for i in range(7):
                add_member(tar, f"{n}{i:04d}.jpg", b"broken" if (n, i) == (1, 3) else jpeg(10 * n + i))
    return paths


@pytest.fixture
def concepts(tmp_path):
    """The concept list."""
    path = tmp_path / "concepts.tsv"
    path.write_text("concept\n" + "\n".join(NAMES) + "\n")
    return path


@pytest.fixture
def siglip(tmp_path):
    """A tiny SigLIP model with random weights: its architecture and its checkpoint."""
    torch.manual_seed(4)
    (tmp_path / "tiny_tagger.json").write_text(json.dumps(TINY))
    model = clip.create(tmp_path / "tiny_tagger.json")
    torch.save(model.state_dict(), tmp_path / "tiny.pt")
    options = ["--kind", "open_clip", "--architecture", tmp_path / "tiny_tagger.json"]
    return [*options, "--checkpoint", tmp_path / "tiny.pt", "--preprocessing", "clip"]


def command_of(folder: Path, shards, concepts, *options) -> list[str]:
    """A call of tag_images that writes into a folder."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, SCRIPTS / "tag_images.py", "--shards", *shards, "--concepts", concepts, *options]
    command += ["--out", folder / "tags.parquet"]
    command += ["--histograms", folder / "h.parquet", "--skipped", folder / "s.parquet"]
    return [str(part) for part in [*command, *([] if "--floor" in options else ["--floor", "0.5"])]]


def run(folder: Path, shards, concepts, *options) -> str:
    """Call tag_images in this process, which saves the seconds of importing torch; returns what it printed."""
    output, arguments = io.StringIO(), command_of(folder, shards, concepts, *options)[1:]
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(output):
        patch.setattr(sys, "argv", arguments)
        tag_images.main()
    return output.getvalue()


def contents(folder: Path) -> dict[str, bytes]:
    """Bytes of a run's files."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


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

"""Evaluation sets from image folders, torchvision and Hugging Face datasets, in one layout."""

import io
import subprocess
import sys
import tarfile

import datasets
import pytest
from PIL import Image
from programs import SCRIPTS

from concept_freq.evaluation.sources import label_order, open_source
from concept_freq.shards.tar import Skips, picture_of, read_samples

COLOURS = {"red panda": (255, 0, 0), "T-shirt": (0, 255, 0), "acorn": (0, 0, 255)}


def picture(colour, kind="png") -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(file, kind)
    return file.getvalue()


@pytest.fixture
def folder(tmp_path):
    """FOLDER/CLASS/PICTURE, two pictures a class, and a file that is none."""
    for name, colour in COLOURS.items():
        (tmp_path / "set" / name).mkdir(parents=True)
        for i in range(2):
            (tmp_path / "set" / name / f"{i}.png").write_bytes(picture(colour))
        (tmp_path / "set" / name / "notes.txt").write_text("no picture")
    return tmp_path / "set"


def imported(tmp_path, source, *arguments):
    """Import a set; its samples' colours by class index, and its class names."""
    out, classes = tmp_path / "out" / "test" / "0.tar", tmp_path / "out" / "classnames.txt"
    command = [sys.executable, SCRIPTS / "import_downstream.py", "--source", source, "--cache", tmp_path / "cache"]
    subprocess.run([*command, "--classes", classes, "--out", out, *arguments], check=True)
    samples = list(read_samples(out, Skips("test")))
    return [(int(s.files["cls"]), picture_of(s).getpixel((0, 0))) for s in samples], classes.read_text().splitlines()


def test_an_image_folder_is_imported_as_it_is(tmp_path, folder):
    found, names = imported(tmp_path, f"folder:{folder}")
    assert names == ["T-shirt", "acorn", "red panda"]  # folders, sorted
    assert found == [(i, COLOURS[name]) for i, name in enumerate(names) for _ in range(2)]
    with tarfile.open(tmp_path / "out" / "test" / "0.tar") as tar:
        assert tar.extractfile("00000000.jpg").read() == picture(COLOURS["T-shirt"])  # the file's own bytes


def test_classes_are_matched_by_name_not_by_the_order_of_folders(tmp_path, folder):
    wanted = tmp_path / "names.txt"
    wanted.write_text("acorn\nRed_Panda\tpanda\nt-shirt\n")
    found, names = imported(tmp_path, f"folder:{folder}", "--class-names", wanted)
    assert names == ["acorn", "Red_Panda\tpanda", "t-shirt"]
    assert dict(found) == {0: COLOURS["acorn"], 1: COLOURS["red panda"], 2: COLOURS["T-shirt"]}


def test_classes_of_other_names_are_matched_by_position_if_as_many():
    assert label_order(["n01440764", "n01443537"], ["tench", "goldfish"]) == ([0, 1], "position")
    with pytest.raises(ValueError, match="2 classes for 3 class names, and 'n01440764'"):
        label_order(["n01440764", "n01443537"], ["tench", "goldfish", "shark"])


def test_a_torchvision_dataset_is_read_by_its_name(tmp_path):
    root = tmp_path / "cache" / "dtd" / "dtd"
    (root / "labels").mkdir(parents=True)
    (root / "meta").mkdir()
    lines = []
    for name, colour in (("banded", (9, 9, 9)), ("dotted", (200, 9, 9))):
        (root / "images" / name).mkdir(parents=True)
        (root / "images" / name / f"{name}_0001.jpg").write_bytes(picture(colour, "png"))
        lines.append(f"{name}/{name}_0001.jpg")
    (root / "labels" / "test1.txt").write_text("\n".join(lines))
    found, names = imported(tmp_path, "torchvision:DTD")
    assert names == ["banded", "dotted"]
    assert found == [(0, (9, 9, 9)), (1, (200, 9, 9))]


def test_a_hugging_face_dataset_of_classes_keeps_its_files(tmp_path):
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])})
    rows = {"image": [{"bytes": picture((1, 2, 3)), "path": None}] * 3, "label": [1, 0, 1]}
    (tmp_path / "hub" / "data").mkdir(parents=True)
    datasets.Dataset.from_dict(rows, features=features).to_parquet(tmp_path / "hub" / "data" / "test-00000.parquet")
    found, names = imported(tmp_path, f"hf:{tmp_path / 'hub'}")
    assert names == ["cat", "dog"]
    assert found == [(label, (1, 2, 3)) for label in (1, 0, 1)]


def test_a_hugging_face_dataset_of_captions_gives_the_first_five(tmp_path):
    features = datasets.Features({"image": datasets.Image(), "caption": datasets.List(datasets.Value("string"))})
    captions = [[f"a cat {i}" for i in range(7)], ["one dog"]]
    rows = {"image": [{"bytes": picture((1, 2, 3)), "path": None}] * 2, "caption": captions}
    (tmp_path / "hub" / "data").mkdir(parents=True)
    datasets.Dataset.from_dict(rows, features=features).to_parquet(tmp_path / "hub" / "data" / "test-00000.parquet")
    source = open_source(f"hf:{tmp_path / 'hub'}", "test", tmp_path)
    assert source.names == []
    assert [found for *_, found in source.items] == [captions[0][:5], ["one dog"]]


@pytest.mark.parametrize(
    ("source", "message"),
    [("folder:/nowhere", "/nowhere: no class folders"), ("torchvision:Foods", "torchvision has no dataset 'Foods'")],
)
def test_a_source_that_is_not_there_is_one_message(tmp_path, source, message):
    command = [sys.executable, SCRIPTS / "import_downstream.py", "--source", source, "--cache", tmp_path]
    result = subprocess.run(
        [*command, "--classes", tmp_path / "c.txt", "--out", tmp_path / "o.tar"], capture_output=True, text=True
    )
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr

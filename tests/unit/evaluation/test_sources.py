"""Evaluation sets from image folders, torchvision and Hugging Face datasets, in one layout."""

import tarfile

import datasets
import pandas as pd
import pytest
from colour_sets import picture, write_pictures
from programs import call

import import_downstream
from concept_freq.evaluation.classes import EvaluationClass
from concept_freq.evaluation.sources import Source, captions_in, open_source
from concept_freq.shards.pictures import picture_of
from concept_freq.shards.tar import Skips, read_samples

COLOURS = {"red panda": (255, 0, 0), "T-shirt": (0, 255, 0), "acorn": (0, 0, 255)}


@pytest.fixture
def folder(tmp_path):
    """FOLDER/CLASS/PICTURE, two pictures a class, and a file that is none."""
    found = write_pictures(tmp_path / "set", COLOURS)
    for name in COLOURS:
        (found / name / "notes.txt").write_text("no picture")
    return found


@pytest.fixture
def imported(tmp_path):
    """Import a set; its samples' colours by class index, its class names, and the record."""

    def run(source, *arguments):
        out, classes, record = tmp_path / "out" / "test" / "0.tar", tmp_path / "out" / "c.txt", tmp_path / "record.csv"
        options = ["--source", source, "--cache", tmp_path / "cache", "--record", record]
        call(import_downstream, *options, "--classes", classes, "--out", out, *arguments)
        samples = list(read_samples(out, Skips("test")))
        found = [(int(s.files["cls"]), picture_of(s).getpixel((0, 0))) for s in samples]
        return found, classes.read_text().splitlines(), pd.read_csv(record, keep_default_na=False).iloc[0]

    return run


def test_an_image_folder_is_imported_as_it_is(tmp_path, folder, imported):
    found, names, record = imported(f"folder:{folder}")
    assert names == ["T-shirt", "acorn", "red panda"]  # folders, sorted
    assert found == [(i, COLOURS[name]) for i, name in enumerate(names) for _ in range(2)]
    assert (record.n_images, record.n_classes, record.matched_by, record.left_out) == (6, 3, "name", "3 .txt")
    with tarfile.open(tmp_path / "out" / "test" / "0.tar") as tar:
        assert tar.extractfile("00000000.jpg").read() == picture(COLOURS["T-shirt"])  # the file's own bytes


def test_classes_are_matched_by_name_not_by_the_order_of_folders(tmp_path, folder, imported):
    wanted = tmp_path / "names.txt"
    wanted.write_bytes("\ufeffacorn\nRed_Panda\tpanda\nt-shirt \n".encode())
    found, names, _ = imported(f"folder:{folder}", "--class-names", wanted)
    assert names == ["acorn", "Red_Panda\tpanda", "t-shirt "]
    assert dict(found) == {0: COLOURS["acorn"], 1: COLOURS["red panda"], 2: COLOURS["T-shirt"]}


def test_numbered_folders_are_matched_by_position_and_that_is_said(tmp_path, imported, capsys):
    colours = {str(i): (i, 0, 0) for i in range(1, 13)}
    (tmp_path / "names.txt").write_text("\n".join("abcdefghijkl"))
    source = f"folder:{write_pictures(tmp_path / 'set', colours, n=1)}"
    found, _, record = imported(source, "--class-names", tmp_path / "names.txt")
    assert found == [(i - 1, (i, 0, 0)) for i in range(1, 13)]
    assert record.matched_by == "position"
    assert "matched by position\nno class is known by name: 1 is a, 2 is b, 3 is c" in capsys.readouterr().out


def test_a_folder_may_hold_the_names_of_its_classes(tmp_path, imported):
    source = write_pictures(tmp_path / "set", {"1": (1, 0, 0), "2": (2, 0, 0)}, n=1)
    (source / "classnames.txt").write_text("tench\ngoldfish\n")
    found, names, record = imported(f"folder:{source}")
    assert (found, names, record.matched_by) == ([(0, (1, 0, 0)), (1, (2, 0, 0))], ["tench", "goldfish"], "position")


def test_one_class_spelt_otherwise_is_an_error_that_names_it(tmp_path, folder, imported):
    (tmp_path / "names.txt").write_text("acorn\nlesser panda\nT-shirt\n")
    with pytest.raises(SystemExit, match=r"'red panda' not among the class names; no pictures of .*'lesser panda'"):
        imported(f"folder:{folder}", "--class-names", tmp_path / "names.txt")


def test_what_is_hidden_is_no_picture_and_other_formats_are_read(folder, imported):
    for name, colour in COLOURS.items():
        (folder / name / "._0.png").write_bytes(b"AppleDouble")
        (folder / name / ".ipynb_checkpoints").mkdir()
        (folder / name / ".ipynb_checkpoints" / "0-checkpoint.png").write_bytes(picture(colour))
        (folder / name / "more").mkdir()
        for kind, extension in (("bmp", "BMP"), ("tiff", "tif"), ("gif", "gif"), ("ppm", "ppm")):
            (folder / name / "more" / f"3.{extension}").write_bytes(picture(colour, kind))
        (folder / name / "4.heic").write_bytes(b"?")
    for junk in (".git", "__MACOSX", "@eaDir"):
        write_pictures(folder, {junk: (0, 0, 0)})
    found, names, record = imported(f"folder:{folder}")
    assert found == [(i, COLOURS[name]) for i, name in enumerate(names) for _ in range(6)]
    assert record.left_out == "3 .heic, 3 .txt"


@pytest.mark.parametrize(("split", "side"), [("", "test"), ("val", "val")])
def test_a_folder_of_splits_is_read_by_its_split(tmp_path, imported, split, side):
    colours = {"test": (1, 1, 1), "val": (2, 2, 2)}
    for name, colour in colours.items():
        write_pictures(tmp_path / "set" / name, {"cat": colour, "dog": colour}, n=1)
    found, names, _ = imported(f"folder:{tmp_path / 'set'}", "--split", split)
    assert names == ["cat", "dog"]
    assert found == [(0, colours[side]), (1, colours[side])]


def test_a_split_that_is_not_there_is_never_taken_for_classes(tmp_path):
    write_pictures(tmp_path / "train" / "cat", {"": (1, 1, 1)})
    write_pictures(tmp_path / "val" / "cat", {"": (1, 1, 1)})
    for split in ("test", ""):
        with pytest.raises(ValueError, match="no split 'test' among train, val"):
            open_source(f"folder:{tmp_path}", split, tmp_path)


def test_a_class_without_pictures_is_named(tmp_path, folder, imported):
    (folder / "zebra").mkdir()
    with pytest.raises(SystemExit, match=r"1 classes have no picture, the first is 3 \('zebra'\)"):
        imported(f"folder:{folder}")
    assert not (tmp_path / "out" / "test" / "0.tar").exists()


def test_two_folders_of_one_name_are_refused(folder, imported):
    write_pictures(folder, {"t shirt": (0, 0, 0)})
    with pytest.raises(SystemExit, match="classes 1 and 4 are both named 't shirt'"):
        imported(f"folder:{folder}")


def test_a_torchvision_dataset_is_read_by_its_name(tmp_path, imported):
    root = tmp_path / "cache" / "dtd" / "dtd"
    (root / "labels").mkdir(parents=True)
    (root / "meta").mkdir()
    lines = []
    for name, colour in (("banded", (9, 9, 9)), ("dotted", (200, 9, 9))):
        (root / "images" / name).mkdir(parents=True)
        (root / "images" / name / f"{name}_0001.jpg").write_bytes(picture(colour))
        lines.append(f"{name}/{name}_0001.jpg")
    (root / "labels" / "test1.txt").write_text("\n".join(lines))
    found, names, _ = imported("torchvision:DTD")
    assert names == ["banded", "dotted"]
    assert found == [(0, (9, 9, 9)), (1, (200, 9, 9))]


def hub(folder, labels, names=("cat", "dog"), saved=False):
    """A Hugging Face dataset of classes on disk: Parquet in the hub's layout, or as ``save_to_disk`` writes it."""
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=list(names))})
    rows = {"image": [{"bytes": picture((i, 2, 3)), "path": None} for i in range(len(labels))], "label": labels}
    made = datasets.Dataset.from_dict(rows, features=features)
    if saved:
        datasets.DatasetDict({"test": made}).save_to_disk(folder)
    else:
        (folder / "data").mkdir(parents=True)
        made.to_parquet(folder / "data" / "test-00000.parquet")
    return f"hf:{folder}"


@pytest.mark.parametrize("saved", [False, True])
def test_a_hugging_face_dataset_of_classes_keeps_its_files(tmp_path, imported, saved):
    found, names, _ = imported(hub(tmp_path / "hub", [1, 0, 1], saved=saved))
    assert names == ["cat", "dog"]
    assert found == [(1, (0, 2, 3)), (0, (1, 2, 3)), (1, (2, 2, 3))]


@pytest.mark.parametrize("labels", [[0, 1, -1], [0, 1, None]])
def test_a_row_without_label_is_never_the_last_class(tmp_path, imported, labels):
    with pytest.raises(SystemExit, match=r"1 of 3 samples have no label \(-1\), the first is 00000002"):
        imported(hub(tmp_path / "hub", labels))
    assert not (tmp_path / "out" / "test" / "0.tar").exists()


@pytest.mark.parametrize(("label", "message"), [(-1, "1 of 2 samples have no label"), (5, "class 5 is outside")])
def test_a_label_that_is_none_of_any_source_is_refused(tmp_path, label, message):
    source = Source(["cat", "dog"], iter([(b"", 1, []), (b"", label, [])]))
    classes = [EvaluationClass.of_line(name) for name in source.names]
    with pytest.raises(ValueError, match=message):
        import_downstream.write_set(source, classes, [1, 0], tmp_path / "0.tar")
    assert not list(tmp_path.iterdir())


def test_numbered_classes_of_a_hugging_face_dataset_are_in_natural_order(tmp_path, imported):
    names = sorted(str(i) for i in range(11))  # 0, 1, 10, 2 ...: as imagefolder lists them
    (tmp_path / "names.txt").write_text("\n".join("abcdefghijk"))
    source = hub(tmp_path / "hub", list(range(11)), names)
    found, _, _ = imported(source, "--class-names", tmp_path / "names.txt")
    assert [label for label, _ in found] == [int(name) for name in names]


def test_a_split_that_a_saved_dataset_lacks_is_named(tmp_path):
    source = hub(tmp_path / "hub", [0, 1], saved=True)
    with pytest.raises(ValueError, match="no split 'train' among test"):
        open_source(source, "train", tmp_path)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("a dog", ["a dog"]),
        (None, []),
        (["a dog", None, "a cat"], ["a dog", "a cat"]),
        ({"raw": ["a dog"]}, ["a dog"]),
        ([{"raw": "a dog", "imgid": 0}, {"raw": "a cat", "imgid": 0}], ["a dog", "a cat"]),
        ([{"imgid": 0}], []),
    ],
)
def test_captions_stand_in_a_cell_in_several_ways(cell, found):
    assert captions_in(cell) == found


def test_a_cell_of_numbers_holds_no_captions():
    with pytest.raises(ValueError, match="captions must be texts, not int"):
        captions_in([1, 2])


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
    [
        ("folder:/nowhere", r"folder:/nowhere: no class folders \(it does not exist\)"),
        ("torchvision:Foods", "torchvision has no dataset 'Foods'"),
        ("foldr:/nowhere", "foldr:/nowhere: no source of a known kind; expected folder:DIR"),
    ],
)
def test_a_source_that_is_not_there_is_one_message(imported, source, message):
    with pytest.raises(SystemExit, match=message):
        imported(source)

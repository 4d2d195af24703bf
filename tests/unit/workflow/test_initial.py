"""A study of one's own: what init writes stands alone, plans only what it needs, and check looks into it."""

import contextlib
import json
import tarfile

import pytest
import yaml
from PIL import Image
from programs import REPOSITORY
from snakemake.exceptions import WorkflowError

from concept_freq import cli
from concept_freq.workflow.checks import problems
from concept_freq.workflow.configs import complete
from concept_freq.workflow.initial import Wishes, write_study
from concept_freq.workflow.study import Study

ARCHITECTURE = str(REPOSITORY / "config" / "models" / "resnet.json")


def write_shard(path, captions=("a dog", "two cats"), extension="txt"):
    """A tar of grey pictures with these captions."""
    picture = path.with_suffix(".jpg")
    Image.new("RGB", (8, 8)).save(picture)
    with tarfile.open(path, "w") as tar:
        for number, caption in enumerate(captions):
            text = path.with_suffix(".caption")
            text.write_text(caption)
            tar.add(picture, f"{number:04d}.jpg")
            tar.add(text, f"{number:04d}.{extension}")


@pytest.fixture
def data(tmp_path):
    """Shards, a concept list and an evaluation set."""
    (tmp_path / "shards").mkdir()
    for number in (0, 1, 2):
        write_shard(tmp_path / "shards" / f"{number:05d}.tar")
    (tmp_path / "concepts.txt").write_text("dog\ncat\nlynx\n")
    for name in ("dog", "cat"):
        (tmp_path / "pictures" / "test" / name).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(tmp_path / "pictures" / "test" / name / "0.jpg")
    (tmp_path / "model.pt").write_bytes(b"no checkpoint")
    return tmp_path


def wishes(data, **changes):
    """What a person asks for: shards and concepts."""
    given = {"name": "mine", "shards": [str(data / "shards" / "*.tar")], "concepts": str(data / "concepts.txt")}
    return Wishes(**{**given, **changes})


def study_in(folder):
    """The study that a folder's config describes."""
    with contextlib.chdir(folder):
        config = yaml.safe_load((folder / "config" / "config.yaml").read_text())
        return Study(complete(config, [folder]))


def test_counts_alone_need_shards_and_concepts_only(data):
    write_study(data / "study", wishes(data))
    study = study_in(data / "study")
    with contextlib.chdir(data / "study"):
        assert problems(study) == []
        assert list(study.datasets["mine"].chunks) == ["00000"]
    assert (study.models, study.sets, study.tagger, study.scores.exist) == ({}, {}, None, False)
    assert "corpus" not in study.config and "stress" not in study.config


def test_models_and_sets_are_registered(data):
    asked = {"models": [f"{ARCHITECTURE}:{data / 'model.pt'}"], "sets": [f"animals=folder:{data / 'pictures'}"]}
    write_study(data / "study", wishes(data, **asked))
    study = study_in(data / "study")
    assert list(study.models) == ["mine/resnet"] and list(study.sets) == ["animals"]
    assert study.scores.exist and list(study.config["figures"]) == ["log_linear_classification"]
    assert study.config["analysis"]["main"]["count_type"] == "text"  # without a tagger nothing is matched


def test_a_tagger_is_configured_with_what_it_needs(data):
    write_study(data / "study", wishes(data, tagger=f"ram_plus:{data / 'model.pt'}"))
    study = study_in(data / "study")
    assert study.tagger.text_model.name == "openai/ViT-B-16"
    assert study.config["analysis"]["main"]["count_type"] == "matched"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shards": ["/nowhere/*.tar"]}, ["--shards /nowhere/*.tar", "no file matches"]),
        ({"shards": ["a.tar", "b.tar"]}, ["--shards", "quote the pattern"]),
        ({"shards": ["{data}/shards"]}, ["is a folder", "*.tar"]),
        ({"concepts": "/nowhere.txt"}, ["--concepts /nowhere.txt", "does not exist"]),
        ({"models": ["ViT-B-32"]}, ["--model ViT-B-32", "ARCHITECTURE:SOURCE"]),
        ({"models": ["ViT-B-32:/nowhere.pt"]}, ["/nowhere.pt does not exist"]),
        ({"sets": ["/pictures"]}, ["--set /pictures", "KIND:PLACE"]),
        ({"sets": ["folder:/nowhere"]}, ["/nowhere is no folder"]),
    ],
)
def test_a_wrong_wish_is_named_and_nothing_is_written(data, changes, words):
    filled = json.loads(json.dumps(changes).replace("{data}", str(data)))
    with pytest.raises(WorkflowError) as error:
        write_study(data / "study", wishes(data, **filled))
    assert all(word in str(error.value) for word in words), error.value
    assert not (data / "study").exists()


def call(*arguments):
    """Run concept-freq; returns its exit status, or the message that it ends with."""
    try:
        cli.main([str(argument) for argument in arguments])
    except SystemExit as end:
        return end.code
    return 0


def test_check_says_all_problems_at_once(data, capsys):
    shards = str(data / "shards" / "*.tar")
    asked = ["--model", f"{ARCHITECTURE}:{data / 'model.pt'}", "--set", f"folder:{data / 'pictures'}"]
    assert call("init", data / "study", "--shards", shards, "--concepts", data / "concepts.txt", *asked) == 0
    assert "concept-freq check" in capsys.readouterr().out
    write_shard(data / "shards" / "00003.tar", extension="caption")
    said = call("check", data / "study")
    assert "00003.tar: no caption" in said and "txt" in said
    assert "mine/resnet" in said and "model.pt" in said and "2 problems" in said


def test_check_of_a_sound_study_says_how_large_it_is(data, capsys):
    write_study(data / "study", wishes(data))
    assert call("check", data / "study") == 0
    said = capsys.readouterr().out
    assert "3 shards in 1 chunks, about 6 samples" in said and said.endswith("ready\n")


def test_a_shard_with_brackets_in_its_path_is_no_pattern(data):
    folder = data / "data [v2]"
    folder.mkdir()
    for name in ("part[1].tar", "part1.tar"):
        write_shard(folder / name)
    for pattern, names in (("part[1].tar", ["part[1].tar"]), ("*.tar", ["part1.tar", "part[1].tar"])):
        write_study(data / f"of {pattern[:4]}", wishes(data, shards=[str(folder / pattern)]))
        found = study_in(data / f"of {pattern[:4]}").datasets["mine"].shards
        assert [shard.name for shard in found] == names

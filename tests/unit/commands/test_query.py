"""``concept-freq query``: answers from an index, tags and counts, in words and as JSON, and what it refuses."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from concept_freq import cli
from concept_freq.counts.build_index import build_index
from concept_freq.counts.chunk import count_chunk
from concept_freq.io.duck import connect
from concept_freq.io.tables import write_parquet, write_table
from concept_freq.text.concepts import Concept

CAPTIONS = ["a red panda", "two red pandas", "a cat", "a kitty and a zebra", ""]
CONCEPTS = [Concept("red panda"), Concept("cat", ("kitty",))]
CONFIG = """
concepts: concepts.tsv
pathvars: {results: out}
counting: {thresholds: [0.6], threshold_rule: at_least}
"""


@pytest.fixture
def run(tmp_path, monkeypatch) -> Path:
    """A folder in which a workflow has counted five pairs."""
    rows = [{"shard": "0", "row": i, "key": str(i), "caption": text} for i, text in enumerate(CAPTIONS)]
    tags = [{"shard": "0", "row": row, "concept_id": 0, "probability": p} for row, p in ((0, 0.9), (1, 0.55), (2, 0.7))]
    paths = {kind: tmp_path / "out" / kind / "mine" / "0.parquet" for kind in ("captions", "text_index", "image_tags")}
    write_table(rows, "captions", paths["captions"])
    build_index(connect(), paths["captions"], paths["text_index"])
    write_table(pa.Table.from_pylist(tags), "image_tags", paths["image_tags"])
    counts = count_chunk(paths["captions"], {"phrase": paths["text_index"]}, paths["image_tags"], CONCEPTS, [0.6])
    write_parquet(counts, tmp_path / "out" / "counts" / "mine.parquet")
    (tmp_path / "concepts.tsv").write_text("concept\taliases\nred panda\t\ncat\tkitty\n")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_several_phrases_are_answered_as_json(run, capsys):
    cli.main(["query", "Red-Pandas", "zebra", "--json", "--examples", "9"])
    panda, zebra = json.loads(capsys.readouterr().out)
    assert panda == {
        "phrase": "Red-Pandas",
        "pretraining": "mine",
        "n_text": 2,
        "n_image": 2,
        "n_matched": 1,
        "listed_as": {"concept": "red panda", "n_text": 2, "n_image": 2, "n_matched": 1},
        "rarer_concepts": 0,
        "listed_concepts": 2,
        "examples": ["a red panda", "two red pandas"],
    }
    assert (zebra["n_text"], zebra["n_image"], zebra["n_matched"], zebra["listed_as"]) == (1, None, None, None)


def test_answers_in_words_say_what_is_unknown_and_where_a_phrase_stands(run, capsys):
    cli.main(["query", "kitty", "zebra"])
    kitty, zebra = capsys.readouterr().out.split("zebra in mine\n")
    assert "  in captions  1\n  in pictures  0\n  in both      0\n" in kitty
    assert "  listed as    cat, aliases included: 2 in captions, 0 in pictures, 0 in both\n" in kitty
    assert "  in pictures  unknown (not a listed concept)\n" in zebra
    assert "  standing     in more captions than 0 of the 2 listed concepts (0%)\n" in zebra


def test_another_folder_of_results_can_be_asked(run, capsys):
    (run / "out").rename(run / "elsewhere")
    cli.main(["query", "cat", "--results", "elsewhere"])
    assert "  in captions  1\n" in capsys.readouterr().out


def test_a_config_on_a_base_has_the_base_s_settings(run, capsys):
    (run / "mine.yaml").write_text("extends: config/config.yaml\npathvars: {results: elsewhere}\n")
    (run / "out").rename(run / "elsewhere")
    cli.main(["query", "cat", "--config", "mine.yaml"])
    assert "  in captions  1\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cat", "!?"], "'!?' holds no letter or digit, so no caption can name it"),
        (["cat", "--pretraining", "theirs"], "out/text_index: no index of theirs; indexed are mine"),
        (["cat", "--results", "no"], "no/text_index: no index of any dataset; run the workflow, or give --results"),
        (
            ["cat", "--config", "no.yaml"],
            "no.yaml: no such config; call this where the workflow runs, or give --config",
        ),
        (
            ["cat", "--config", "lost.yaml"],
            "lost.yaml: config: extends: no.yaml does not exist; name a config file, or remove the key",
        ),
        (["cat", "--config", "concepts.tsv"], "concepts.tsv: no settings; give the config that the workflow ran with"),
    ],
)
def test_what_cannot_be_asked_is_one_line(run, arguments, message):
    (run / "lost.yaml").write_text("extends: no.yaml\n")
    with pytest.raises(SystemExit) as ended:
        cli.main(["query", *arguments])
    assert ended.value.code == message

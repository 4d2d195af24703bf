"""The registry of taggers: what planners and command lines read of it, without opening any."""

import argparse
import inspect
import subprocess
import sys

import pytest
from programs import SCRIPTS

from concept_freq.tags.base import KINDS, OPTIONS, add_options
from concept_freq.workflow import code
from tag_images import fingerprint


def test_the_registry_is_read_without_any_heavy_import():
    check = (
        "import sys; from concept_freq.tags.base import KINDS; print({'torch', 'numpy', 'pandas'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, cwd=SCRIPTS, check=True)
    assert found.stdout == "set()\n"


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_opens_takes_the_options_that_it_declares(kind):
    parameters = inspect.signature(KINDS[kind].opener()).parameters
    assert list(parameters)[:2] == ["checkpoint", "names"]
    assert set(list(parameters)[2:]) == {"device", *KINDS[kind].keys}


def test_every_option_of_a_kind_is_a_flag():
    parser = argparse.ArgumentParser()
    add_options(parser)
    known = vars(parser.parse_args(["--score", "softmax", "--sizes", '{"embed_dim": 8}', "--compile"]))
    assert known.keys() == OPTIONS.keys() == {key for kind in KINDS.values() for key in (*kind.options, *kind.speed)}
    assert (known["score"], known["sizes"], known["compile"]) == ("softmax", {"embed_dim": 8}, True)
    assert "open_clip, owlv2: prompt of a concept" in " ".join(parser.format_help().split())


def test_a_tagger_s_code_is_code_of_the_program():
    found = {path.stem for path in code.closure(SCRIPTS / "tag_images.py")}
    assert {"base", "clip_tagger", "ram_plus_tagger", "owlv2", "ram_plus", "swin"} <= found
    assert not {"look", "observations", "page"} & found


def test_parts_of_a_killed_job_are_kept_where_only_other_code_was_edited(tmp_path, monkeypatch):
    files = {name: tmp_path / name for name in ("concepts.tsv", "tiny.pt", "00000.tar", "own.py", "other.py")}
    for path in files.values():
        path.write_text("x = 1")
    monkeypatch.setattr("tag_images.closure", lambda script: [files["own.py"]])
    options = {"kind": "owlv2", "labels": None, "architecture": None, "preprocessing": "clip", "batch_size": 4}
    args = argparse.Namespace(
        concepts=files["concepts.tsv"], checkpoint=files["tiny.pt"], shards=[files["00000.tar"]], **options
    )
    before = fingerprint(args)
    files["other.py"].write_text("x = 2")
    args.batch_size = 8
    assert fingerprint(args) == before
    files["own.py"].write_text("x = 2")
    assert fingerprint(args) != before

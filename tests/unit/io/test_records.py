"""What a run records of what it used: digests, sources, licences."""

import argparse
import hashlib
import sys

import pandas as pd
from programs import REPOSITORY

import tabulate_licences
from tabulate_licences import licence_rows
from tabulate_provenance import digest_of, inputs


def sha256(data: bytes) -> str:
    """SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def test_a_folder_has_one_digest_of_all_its_files(tmp_path):
    (tmp_path / "owl" / "deep").mkdir(parents=True)
    (tmp_path / "owl" / "b").write_bytes(b"2")
    (tmp_path / "owl" / "deep" / "a").write_bytes(b"3")
    (tmp_path / "owl" / "a").write_bytes(b"1")
    assert digest_of(tmp_path / "owl") == sha256(b"123")
    assert digest_of(tmp_path / "owl" / "b") == sha256(b"2")


def test_every_input_is_recorded_once_and_no_signature(tmp_path):
    (tmp_path / "concepts.tsv").write_bytes(b"concept\n")
    (tmp_path / "natural.tsv").write_text("name\tlocation\tsize\tsha256\n0.tar\t/0.tar\t1000\t\n")
    (tmp_path / "vit.safetensors").write_bytes(b"weights")
    args = argparse.Namespace(
        concepts=tmp_path / "concepts.tsv",
        manifests=[tmp_path / "natural.tsv"],
        sources={"a/vit": "hf:a/b@v1", "a/slip": "https://host/slip.pt?sig=SECRET"},
        used=[tmp_path / "vit.safetensors"] * 2,
    )
    found = list(inputs(args))
    assert dict(found) == {
        "concepts, sha256": sha256(b"concept\n"),
        "natural, shards": "1, 1,000 bytes",
        "natural, manifest sha256": sha256((tmp_path / "natural.tsv").read_bytes()),
        "a/vit, source": "hf:a/b@v1",
        "a/slip, source": "https://host/slip.pt",
        f"{tmp_path / 'vit.safetensors'}, sha256": sha256(b"weights"),
    }
    assert len(found) == 6


def test_licences_are_those_of_the_rows_that_come_from_elsewhere(tmp_path):
    (tmp_path / "models.tsv").write_text(
        "model\tsource\tsha256\tlicence\n"
        "a/trained\ttrained\t\t\n"
        "a/fetched\thttps://host/a.pt?sig=SECRET\tabc\tMIT\n"
        "b/fetched\topen_clip:openai\t\t\n"
    )
    first = {"kind": "models", "name": "a/fetched", "licence": "MIT", "author": "", "sha256": "abc"}
    second = {"kind": "models", "name": "b/fetched", "licence": "not stated", "author": "", "sha256": ""}
    expected = [{**first, "origin": "https://host/a.pt"}, {**second, "origin": "open_clip:openai"}]
    assert licence_rows(tmp_path / "models.tsv", []) == expected
    assert licence_rows(tmp_path / "models.tsv", ["b/fetched"]) == expected[1:]


def test_the_pictures_of_the_emoji_world_state_theirs(tmp_path, monkeypatch, capsys):
    registries = [REPOSITORY / "config" / name for name in ("pictures.tsv", "files.tsv", "pretraining.tsv")]
    arguments = ["tabulate_licences.py", "--registries", *map(str, registries), "--out", str(tmp_path / "licences.csv")]
    monkeypatch.setattr(sys, "argv", arguments)
    tabulate_licences.main()
    table = pd.read_csv(tmp_path / "licences.csv", keep_default_na=False)
    assert table.set_index("name").loc["noto", ["licence", "author"]].tolist() == ["Apache-2.0", "Google"]
    assert table.set_index("name").origin["noto"] == "@iconify-json/noto 1.2.9"
    assert set(table.kind) == {"pictures", "files"}  # the pretraining sets are composed here
    assert capsys.readouterr().out.startswith("0 of ")

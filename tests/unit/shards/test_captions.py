"""Captions of tars: in a file, in the .json, or not to be found; what is lost is listed, and all of it is an error."""

import json
import sys
import tarfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tars import jpeg, pairs, write

import parse_captions
from concept_freq.shards.captions import caption_of, kind_of, source_of
from concept_freq.shards.tar import Sample, add_member


@pytest.mark.parametrize(
    ("extensions", "column", "source"),
    [
        ({"jpg", "txt", "json"}, "caption", ("txt", None)),
        ({"jpg", "json"}, "caption", ("json", "caption")),
        ({"jpg"}, "caption", ("txt", None)),
        ({"jpg", "txt", "json"}, "TEXT", ("json", "TEXT")),
        ({"input.jpg", "outputs.txt"}, "outputs.txt", ("outputs.txt", None)),
        ({"jpg", "cap"}, ".CAP", ("cap", None)),
    ],
)
def test_where_a_shard_has_its_captions(extensions, column, source):
    assert source_of(extensions, column) == source


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"caf\xe9", "caption is not UTF-8"),
        (b"{", "no caption (.json cannot be read)"),
        (b"[" * 100_000, "no caption (.json cannot be read)"),
        (b"[1]", "no caption (no caption in .json)"),
        (b'{"text": "a dog"}', "no caption (no caption in .json)"),
        (b'{"caption": null}', "no caption (no caption in .json)"),
        (b'{"caption": " "}', "no caption"),
        (b'{"caption": 7}', "caption in .json is no text"),
        (rb'{"caption": "a \ud83d dog"}', "caption is not UTF-8"),
        (b'{"caption": ["a hot", "dog"]}', "caption in .json is several captions"),
    ],
)
def test_reasons_of_a_json_without_caption(value, reason):
    with pytest.raises(ValueError) as error:
        caption_of(Sample(0, "a", {"json": value}), source_of({"json"}))
    assert str(error.value) == reason


def test_a_list_of_one_caption_is_that_caption():
    assert caption_of(Sample(0, "a", {"json": b'{"caption": ["a dog"]}'}), source_of({"json"})) == "a dog"


def test_a_byte_order_mark_is_none_of_a_caption():
    mark = b"\xef\xbb\xbf"
    assert caption_of(Sample(0, "a", {"txt": mark + b"a dog"})) == "a dog"
    assert caption_of(Sample(0, "a", {"json": mark + b'{"caption": "a dog"}'}), source_of({"json"})) == "a dog"
    with pytest.raises(ValueError, match="no caption"):
        caption_of(Sample(0, "a", {"txt": mark}))


def test_a_reason_names_unusual_files():
    sample = Sample(0, "a", unread=dict.fromkeys(f"{i:02d}.txt" for i in range(6)))
    with pytest.raises(ValueError) as error:
        caption_of(sample)
    assert str(error.value) == "no caption (.txt); found .00.txt, .01.txt, .02.txt, .03.txt and 2 more"
    assert kind_of(str(error.value)) == "no caption (.txt)"


@pytest.fixture
def parse(tmp_path, monkeypatch, capsys):
    """Run parse_captions.py in this process; returns captions and skipped samples as tables."""

    def run(*arguments):
        out, skipped = tmp_path / "captions.parquet", tmp_path / "skipped.parquet"
        command = ["parse_captions.py", "--shards", *arguments, "--skipped", skipped, "--out", out]
        monkeypatch.setattr(sys, "argv", [str(part) for part in command])
        parse_captions.main()
        return pd.read_parquet(out), pd.read_parquet(skipped)

    return run


def test_empty_captions_are_skipped_in_tars_and_tables_alike(tmp_path, parse):
    captions = ["", "a dog", " \n\u3000", "a cat"]
    tar = write(tmp_path / "00000.tar", [(f"{i}.txt", caption.encode()) for i, caption in enumerate(captions)])
    pq.write_table(pa.table({"caption": captions}), tmp_path / "00000.parquet")
    of_tar, of_table = parse(tar), parse(tmp_path / "00000.parquet")
    assert of_tar[0].equals(of_table[0])
    assert of_tar[1].equals(of_table[1])
    assert of_tar[1].reason.tolist() == ["no caption"] * 2


def test_captions_only_in_json_are_read_and_a_key_can_be_named(tmp_path, parse):
    fields = [json.dumps({"caption": f"dog {i}", "TEXT": f"cat {i}"}).encode() for i in range(3)]
    files = [file for i in range(3) for file in ((f"{i}.jpg", jpeg()), (f"{i}.json", fields[i]))]
    path = write(tmp_path / "0.tar", files)
    assert parse(path)[0].caption.tolist() == ["dog 0", "dog 1", "dog 2"]
    assert parse(path, "--caption-column", "TEXT")[0].caption.tolist() == ["cat 0", "cat 1", "cat 2"]


def test_a_json_does_not_stand_in_for_a_missing_txt(tmp_path, parse):
    path = write(tmp_path / "0.tar", [("0.txt", b"a dog"), ("0.json", b"{}"), ("1.json", b'{"caption": "a cat"}')])
    captions, skipped = parse(path)
    assert captions.caption.tolist() == ["a dog"]
    assert skipped.reason.tolist() == ["no caption (.txt)"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["0.input.jpg", "0.outputs.txt"], "1 times 'no caption (.txt); found .input.jpg, .outputs.txt'"),
        (["22.0/p0.07.jpg", "22.0/p0.07.txt", "22.0/p0.08.jpg", "22.0/p0.08.txt"], "2 times 'no caption (.txt); found"),
        (["0001.jpg", "0001.0.txt", "0001.1.txt"], "2 times 'no caption (.txt); found .jpg, .0.txt, .1.txt'"),
        (["0.jpg"], "1 times 'no caption (.txt)'"),
    ],
)
def test_a_chunk_without_any_caption_is_an_error(tmp_path, parse, names, words):
    path = write(tmp_path / "00000.tar", [(name, b"x") for name in names])
    with pytest.raises(SystemExit, match="00000") as error:
        parse(path)
    assert words in str(error.value)
    assert "caption_column" in str(error.value)
    assert not list(tmp_path.glob("*.parquet"))


def test_two_part_extensions_are_read_by_name(tmp_path, parse):
    path = write(tmp_path / "0.tar", [("0.input.jpg", jpeg()), ("0.outputs.txt", b"a dog")])
    assert parse(path, "--caption-column", "outputs.txt")[0].caption.tolist() == ["a dog"]


def test_keys_in_another_encoding_are_told_apart(tmp_path, parse):
    path = tmp_path / "0.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, encoding="latin-1") as tar:
        for name in ("café.txt", "cafè.txt"):
            add_member(tar, name, b"a dog")
    captions, skipped = parse(path)
    assert captions.key.tolist() == [r"caf\xe9", r"caf\xe8"]
    assert skipped.empty


def test_a_shard_without_any_sample_is_none(tmp_path, parse):
    captions, skipped = parse(write(tmp_path / "0.tar", []))
    assert len(captions) == len(skipped) == 0


@pytest.mark.parametrize("sidecar", ["stats", "table"])
def test_pairs_that_img2dataset_downloaded_and_the_shard_lacks_are_listed(tmp_path, parse, sidecar):
    path = write(tmp_path / "00000.tar", pairs(range(3)))
    if sidecar == "stats":
        (tmp_path / "00000_stats.json").write_text('{"count": 9, "successes": 5}')
    else:
        status = ["success"] * 5 + ["failed_to_download"] * 4
        pq.write_table(pa.table({"key": map(str, range(9)), "status": status}), tmp_path / "00000.parquet")
    captions, skipped = parse(path)
    assert captions.row.tolist() == [0, 1, 2]
    assert skipped[["row", "key"]].to_numpy().tolist() == [[3, ""], [4, ""]]
    assert skipped.reason.str.contains("00000").all()


@pytest.mark.parametrize("content", ["{", "[]", '{"successes": "many"}', '{"successes": 3}'])
def test_other_files_beside_a_shard_say_nothing(tmp_path, parse, content):
    path = write(tmp_path / "00000.tar", pairs(range(3)))
    (tmp_path / "00000_stats.json").write_text(content)
    pq.write_table(pa.table({"caption": ["a table of captions"] * 9}), tmp_path / "00000.parquet")
    assert len(parse(path)[1]) == 0


def test_a_wrong_column_is_one_line(tmp_path, parse):
    (tmp_path / "0.tsv").write_text("url\tTEXT\na\tb\n")
    with pytest.raises(SystemExit, match=r"0\.tsv: no column caption; it has url, TEXT; name one of these"):
        parse(tmp_path / "0.tsv")


def test_shards_that_are_not_there_are_one_line(tmp_path, parse):
    (tmp_path / "empty").mkdir()
    for name, words in (("no.tar", "no such shard"), ("no.parquet", "no such file"), ("empty", "no shards in")):
        with pytest.raises(SystemExit, match=words):
            parse(tmp_path / name)

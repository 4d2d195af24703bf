"""CLIP_benchmark's layout: a split is whole or refused, and what is not part of it is left out."""

import pytest

from concept_freq.evaluation.layout import own_templates, split_shards


def split(folder, names: list[str], declared: str | None = None):
    (folder / "test").mkdir()
    for name in names:
        (folder / "test" / name).write_bytes(b"")
    if declared is not None:
        (folder / "test" / "nshards.txt").write_text(declared)
    return folder


@pytest.mark.parametrize(
    ("names", "declared", "found"),
    [
        (["0.tar", "10.tar", "2.tar"], None, None),
        ([f"{i}.tar" for i in range(12)], "12\n", [f"{i}.tar" for i in range(12)]),
        (["0.tar", "1.tar", "2.tar"], "2", ["0.tar", "1.tar"]),  # what lies there since another version
        (["0.tar", "._0.tar", "._1.tar"], "\ufeff1", ["0.tar"]),
        (["v-2012.tar", "v-2014.tar"], None, ["v-2012.tar", "v-2014.tar"]),
        (["0.tar.gz", "1.tar.gz"], "2", ["0.tar.gz", "1.tar.gz"]),
        (["set.tar"], None, ["set.tar"]),
    ],
)
def test_a_split_is_its_numbered_shards_in_order(tmp_path, names, declared, found):
    folder = split(tmp_path, names, declared)
    if found is None:
        with pytest.raises(ValueError, match="test: shard 1 is missing"):
            split_shards(folder, "test")
    else:
        assert [path.name for path in split_shards(folder, "test")] == found


@pytest.mark.parametrize(
    ("names", "declared", "message"),
    [
        (["0.tar"], "2", r"shard 1 is missing \(1 of 2; nshards.txt says 2\)"),
        (["1.tar"], "2", "shard 0 is missing"),
        (["0.tar", "2.tar", "3.tar"], "4", "shard 1 is missing"),
        (["0.tar", "00.tar"], None, "0.tar and 00.tar have one number"),
        (["0.tar"], "two", "nshards.txt: expected one line"),
        (["0.tar"], "0", "nshards.txt: expected one line"),
        (["set.tar"], "2", "1 shards where nshards.txt says 2"),
        ([], "1", "no shards"),
        (["._0.tar"], None, "no shards"),
    ],
)
def test_a_split_that_is_not_whole_is_refused(tmp_path, names, declared, message):
    with pytest.raises(ValueError, match=message):
        split_shards(split(tmp_path, names, declared), "test")


def test_a_set_may_have_templates_of_its_own(tmp_path):
    assert own_templates(tmp_path) is None
    (tmp_path / "zeroshot_classification_templates.txt").write_text("a {c}")
    assert own_templates(tmp_path).name == "zeroshot_classification_templates.txt"

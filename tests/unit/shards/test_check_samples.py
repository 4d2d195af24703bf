"""A dataset that lost more than a share of its samples stops the run, and the message says what was found."""

import sys

import pandas as pd
import pytest

import check_samples
import list_skipped
from concept_freq.io.tables import write_table
from concept_freq.shards.tar import REST_LOST, Skips


@pytest.fixture
def dataset(tmp_path):
    """Write a dataset's captions and skipped samples; returns the options of check_samples.py."""

    def write(name, usable: dict[str, int], lost: list[tuple[str, str]], pictures: list[tuple[str, str]] | None = None):
        captions = [{"shard": s, "row": i, "key": f"{i}", "caption": "a"} for s, n in usable.items() for i in range(n)]
        files = {"captions": captions, "skipped-captions": lost, "skipped-pictures": pictures}
        options = []
        for kind, rows in files.items():
            if rows is None:
                continue
            path = tmp_path / kind / name / "00000.parquet"
            path.parent.mkdir(parents=True)
            if kind != "captions":
                skips = Skips(kind.removeprefix("skipped-"))
                for i, (shard, reason) in enumerate(rows):
                    skips.add(shard, 1000 + i, f"key {i}", reason)
                rows = skips.rows
            write_table(rows, "captions" if kind == "captions" else "skipped", path)
            options += [f"--{kind}", path]
        return options

    return write


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Run check_samples.py in this process; returns its table."""

    def run(*arguments):
        command = ["check_samples.py", *arguments, "--out", tmp_path / "lost.csv"]
        monkeypatch.setattr(sys, "argv", [str(part) for part in command])
        check_samples.main()
        return pd.read_csv(tmp_path / "lost.csv")

    return run


def test_a_share_within_bounds_is_tabulated(dataset, check):
    table = check(*dataset("web", {"00000": 97}, [("00000", "no caption (.txt)")] * 3, [("00000", "no picture")]))
    assert table[["pretraining", "step", "samples", "lost", "share"]].to_numpy().tolist() == [
        ["web", "captions", 100, 3, 0.03],
        ["web", "pictures", 100, 1, 0.01],
    ]


@pytest.mark.parametrize("side", ["captions", "pictures"])
def test_more_than_the_share_stops(tmp_path, dataset, check, side):
    lost = [("00000", "no caption (.txt); found .a.txt")] * 6 + [("00000", "no caption (.txt); found .b.txt")]
    options = dataset("web", {"00000": 100}, *([lost, []] if side == "captions" else [[], lost]))
    with pytest.raises(SystemExit) as error:
        check(*options)
    words = f"samples ({7 / (107 if side == 'captions' else 100):.1%}) lost in step {side}: 7 times 'no caption (.txt);"
    assert words in str(error.value)
    assert "shard 00000, key 'key 0'" in str(error.value)
    assert "0.05" in str(error.value)
    assert not (tmp_path / "lost.csv").exists()
    assert len(check(*options, "--lost", "0.1")) == 2


def test_no_sample_at_all_stops_whatever_the_share(dataset, check):
    with pytest.raises(SystemExit, match="2 of 2 samples"):
        check(*dataset("web", {}, [("00000", "no caption")] * 2), "--lost", "1")


def test_the_rest_of_a_cut_shard_is_estimated(dataset, check):
    options = dataset("web", {"0": 100, "1": 100, "2": 100, "3": 19}, [("3", f"truncated ({REST_LOST}); {REST_LOST}")])
    with pytest.raises(SystemExit, match=r"81 of 400 samples \(20.2%\)"):
        check(*options)


def test_a_shard_that_is_wholly_lost_is_estimated(dataset, check):
    options = dataset("web", {"0": 100, "1": 100}, [("2", f"no tar; {REST_LOST}")])
    with pytest.raises(SystemExit, match=r"100 of 300 samples"):
        check(*options)


def test_an_evaluation_set_stops_too(tmp_path, check):
    rows = [{"shard": "0", "row": i, "key": f"{i}", "label": 0, "captions": []} for i in range(10)]
    write_table(rows, "downstream_samples", tmp_path / "samples" / "pets.parquet")
    skips = Skips("evaluation")
    skips.add("0", 3, "3", "picture cannot be decoded")
    write_table(skips.rows, "skipped", tmp_path / "skipped" / "pets.parquet")
    options = [
        "--samples",
        tmp_path / "samples" / "pets.parquet",
        "--evaluation",
        tmp_path / "skipped" / "pets.parquet",
    ]
    assert check(*options, "--lost", "0.1").lost.tolist() == [1]
    with pytest.raises(SystemExit, match="pets: 1 of 10 samples"):
        check(*options)


def test_reasons_of_one_kind_are_one_row():
    reasons = ["no caption (.txt); found .00.txt", "no caption (.txt); found .01.txt", "no caption"]
    rows = [{"step": "captions", "shard": "0", "row": i, "key": "k", "reason": r} for i, r in enumerate(reasons)]
    summary = list_skipped.summarise(pd.DataFrame(rows).assign(pretraining="web", dataset=""))
    assert summary[["reason", "samples", "first_row"]].to_numpy().tolist() == [["no caption", 1, 2], [reasons[0], 2, 0]]
    assert list(summary) == [
        "pretraining",
        "dataset",
        "step",
        "reason",
        "samples",
        "first_shard",
        "first_row",
        "first_key",
    ]

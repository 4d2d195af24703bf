"""Tags per picture: counted with the pictures that carry none, and flagged where they cannot be meant."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tabulate_tags
from concept_freq.io.listed import metadata_of
from concept_freq.io.tables import write_table


def write_chunk(paths: list[Path], concepts: Path, n_concepts: int, carried: list[int], low: int = 0) -> None:
    """A chunk of pictures that carry so many tags above the threshold, and each ``low`` below it."""
    listed = metadata_of(concepts)
    rows = [(row, i, 0.9 if i < n else 0.6) for row, n in enumerate(carried) for i in range(n + low)]
    columns = dict(zip(("row", "concept_id", "probability"), zip(*rows, strict=True), strict=True))
    table = pa.table({"shard": ["00000"] * len(rows), **{name: list(values) for name, values in columns.items()}})
    write_table(
        table.set_column(3, "probability", table["probability"].cast(pa.float16())), "image_tags", paths[0], listed
    )
    counted = {"concept_id": list(range(n_concepts)), "bin": [0] * n_concepts, "n": [len(carried)] * n_concepts}
    write_table(pa.table(counted), "tag_histograms", paths[1], listed)


@pytest.fixture
def tabulate(tmp_path, monkeypatch):
    """Call the program on chunks of named datasets; returns its table."""

    def call(n_concepts: int, **chunks: list[list[int]]) -> pd.DataFrame:
        (tmp_path / "concepts.tsv").write_text("concept\n" + "".join(f"c{i}\n" for i in range(n_concepts)))
        files = {"tags": [], "histograms": []}
        for name, parts in chunks.items():
            for i, carried in enumerate(parts):
                paths = [tmp_path / kind / name / f"{i:05d}.parquet" for kind in files]
                write_chunk(paths, tmp_path / "concepts.tsv", n_concepts, carried, low=1)
                for kind, path in zip(files, paths, strict=True):
                    files[kind].append(path)
        arguments = ["--concepts", tmp_path / "concepts.tsv", "--threshold", "0.7", "--out", tmp_path / "tags.csv"]
        arguments += [part for kind, paths in files.items() for part in (f"--{kind}", *paths)]
        monkeypatch.setattr("sys.argv", ["tabulate_tags.py", *map(str, arguments)])
        tabulate_tags.main()
        return pd.read_csv(tmp_path / "tags.csv", keep_default_na=False).set_index("pretraining")

    return call


def test_pictures_without_a_tag_count_and_chunks_add_up(tabulate):
    row = tabulate(50, mine=[[0, 1, 2], [0, 3]]).loc["mine"]
    assert row[["n_pictures", "n_concepts", "n_tags", "median", "p95"]].tolist() == [5, 50, 6, 1, 3]
    assert row["mean"] == 1.2
    assert row.share_of_list == pytest.approx(0.024)
    assert not row.flagged
    assert row.remark == ""


def test_a_tagger_that_sees_half_the_list_everywhere_is_flagged(tabulate, capsys):
    table = tabulate(50, sound=[[1, 2, 3, 40]], mad=[[27, 28, 26, 0]])
    assert table.flagged.to_dict() == {"sound": False, "mad": True}
    expected = "the median picture carries 26 of 50 concepts, expected are at most 10: image and matched counts"
    assert table.remark["mad"].startswith(expected)
    assert capsys.readouterr().err.startswith(f"mad: {expected}")


@pytest.mark.parametrize(("n_concepts", "most"), [(4, 2), (12, 6), (20, 10), (50, 10), (100, 10), (4029, 402.9)])
def test_the_rule(n_concepts, most):
    assert tabulate_tags.most_expected(n_concepts) == pytest.approx(most)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.sampled_from([0.5, 0.95]))
def test_quantiles_are_numpy_s(carried, q):
    pictures = np.bincount(carried, minlength=10)
    assert tabulate_tags.quantile(pictures, q) == np.quantile(carried, q, method="inverted_cdf")

"""Balanced sampling: probabilities against brute force, what chunking and pieces must not change, and the command."""

import hashlib
import subprocess
import sys
from math import prod
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import REPOSITORY

from concept_freq.counts import index_hits as hits
from concept_freq.counts.balancing import balance
from concept_freq.counts.build_index import build_index
from concept_freq.io.duck import connect
from concept_freq.io.tables import write_table
from concept_freq.text.concepts import Concept
from tabulate_balance import add_up, summary

NAMES = ["red panda", "cat", "automobile", "ice cream", "zebra"]
CONCEPTS = [Concept(name) for name in NAMES]
WORLD = st.lists(st.sets(st.sampled_from(range(len(NAMES)))), min_size=1, max_size=25)
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(folder: Path, world: list[set[int]], first: int = 0, name: str = "c") -> tuple[Path, Path]:
    """Captions that name these concepts, from row ``first`` of the world on, and their index."""
    rows = [
        {"shard": f"{i // 4:05d}", "row": i % 4, "key": f"k{i}", "caption": caption(named)}
        for i, named in enumerate(world, start=first)
    ]
    captions, index = folder / f"{name}.captions.parquet", folder / f"{name}.index.parquet"
    write_table(rows, "captions", captions)
    build_index(connect(), captions, index)
    return captions, index


def caption(named: set[int]) -> str:
    """A caption that names these concepts."""
    return "a photo of " + " beside a ".join(NAMES[i] for i in sorted(named))


def count(world: list[set[int]]) -> list[int]:
    """Captions that name each concept."""
    return [sum(i in named for named in world) for i in range(len(NAMES))]


def write_counts(folder: Path, world: list[set[int]]) -> Path:
    """Counts of the whole world as count_text.py writes them."""
    path = folder / "counts.csv"
    pd.DataFrame({"concept": NAMES, "n_text": count(world)}).to_csv(path, index=False)
    return path


def run(folder: Path, world: list[set[int]], cap: int, seed: int = 0, name: str = "c", **part: int):
    """Balanced pairs and sums of a part of the world (all of it if not given)."""
    first, stop = part.get("first", 0), part.get("stop", len(world))
    captions, index = write(folder, world[first:stop], first, name=name)
    out = folder / f"{name}.parquet"
    sums = balance([index], [captions], write_counts(folder, world), CONCEPTS, "phrase", cap, seed, out)
    return pd.read_parquet(out), sums


def drawn(seed: int, shard: str, row: int) -> float:
    """The number in [0, 1) that decides about a pair."""
    return int(hashlib.md5(f"{seed}/{shard}/{row}".encode()).hexdigest()[:13], 16) / 16**13


@SLOW
@given(world=WORLD, cap=st.integers(1, 30), seed=st.integers(0, 5))
def test_probabilities_and_draws_are_those_of_brute_force(tmp_path, world, cap, seed):
    pairs, sums = run(tmp_path, world, cap, seed)
    n = count(world)
    expected = {i: 1 - prod(1 - min(1, cap / n[c]) for c in named) for i, named in enumerate(world) if named}
    assert list(pairs.key) == [f"k{i}" for i in expected]
    assert pairs.probability.tolist() == pytest.approx(list(expected.values()), abs=1e-12)
    found = [drawn(seed, row.shard, row.row) < row.probability for row in pairs.itertuples()]
    assert pairs.kept.tolist() == found
    for c, row in sums.iterrows():
        mine = [f"k{i}" for i, named in enumerate(world) if c in named]
        chosen = pairs[pairs.key.isin(mine)]
        assert (row.n_text, row.n_kept) == (n[c], chosen.kept.sum())
        assert row.expected == pytest.approx(chosen.probability.sum(), abs=1e-9)
        assert min(row.n_text, cap) - 1e-9 <= row.expected <= row.n_text + 1e-9
    assert set(sums.n_pairs) == {len(world)}
    assert set(sums.n_pairs_named) == {len(expected)}
    assert set(sums.n_pairs_kept) == {sum(found)}


@SLOW
@given(world=WORLD)
def test_a_cap_above_all_counts_keeps_every_pair_that_names_a_concept(tmp_path, world):
    pairs, _ = run(tmp_path, world, cap=len(world))
    assert len(pairs) == sum(map(bool, world))
    assert pairs.kept.all()
    assert (pairs.probability == 1).all()


@pytest.mark.slow
@SLOW
@given(world=WORLD, cap=st.integers(1, 5), cut=st.integers(0, 6))
def test_chunks_do_not_matter(tmp_path, world, cap, cut):
    whole, sums = run(tmp_path, world, cap)
    at = min(4 * cut, len(world))
    parts = [run(tmp_path, world, cap, name=n, first=a, stop=b) for n, a, b in (("a", 0, at), ("b", at, len(world)))]
    pd.testing.assert_frame_equal(pd.concat([pairs for pairs, _ in parts], ignore_index=True), whole, check_dtype=False)
    columns = ["n_text", "n_kept", "n_pairs", "n_pairs_named", "n_pairs_kept"]
    assert (parts[0][1][columns] + parts[1][1][columns]).equals(sums[columns].astype(int))
    assert np.allclose(parts[0][1].expected + parts[1][1].expected, sums.expected, atol=1e-9)


def made_up(n: int) -> list[set[int]]:
    """A world whose concepts are ever rarer, zebras absent."""
    rng = np.random.default_rng(0)
    return [{c for c in range(4) if rng.random() < 0.6 / 3**c} for _ in range(n)]


def test_pieces_and_threads_give_the_same_bytes(tmp_path, monkeypatch):
    world = made_up(400)
    run(tmp_path, world, 30)
    whole = (tmp_path / "c.parquet").read_bytes()
    monkeypatch.setattr(hits, "PIECE", 200)
    assert len(hits.pieces(connect(), [tmp_path / "c.index.parquet"])) > 1
    run(tmp_path, world, 30)
    assert (tmp_path / "c.parquet").read_bytes() == whole
    part = [tmp_path / f"c.{kind}.parquet" for kind in ("index", "captions")]
    counts = write_counts(tmp_path, world)
    balance([part[0]], [part[1]], counts, CONCEPTS, "phrase", 30, 0, tmp_path / "two.parquet", threads=2)
    assert (tmp_path / "two.parquet").read_bytes() == whole


def test_frequent_concepts_lose_most_and_the_seed_decides_which(tmp_path):
    world = made_up(2_000)
    pairs, sums = run(tmp_path, world, 50)
    other, _ = run(tmp_path, world, 50, seed=1)
    assert pairs.probability.equals(other.probability)
    assert not pairs.kept.equals(other.kept)
    share = (sums.n_kept / sums.n_text)[:4]
    assert share.is_monotonic_increasing
    assert (np.abs(sums.n_kept - sums.expected) < 4 * np.sqrt(sums.expected + 1)).all()
    assert sums.n_text[4] == sums.expected[4] == 0


def test_counts_of_other_captions_are_refused(tmp_path):
    captions, index = write(tmp_path, [{0}, {0}, {1}])
    for counts, message in (
        ([(n, 1) for n in NAMES], "2 captions name 'red panda', counted were 1"),
        ([(n, 9) for n in NAMES[1:]], "no count of 'red panda'"),
    ):
        path = tmp_path / "counts.csv"
        pd.DataFrame(counts, columns=["concept", "n_text"]).to_csv(path, index=False)
        with pytest.raises(ValueError, match=message):
            balance([index], [captions], path, CONCEPTS, "phrase", 5, 0, tmp_path / "out.parquet")
        assert not (tmp_path / "out.parquet").exists()
    other, _ = write(tmp_path, [{0}], name="other")
    counts = write_counts(tmp_path, [{0}, {0}, {1}])
    with pytest.raises(ValueError, match="1 of 3 indexed pairs found"):
        balance([index], [other], counts, CONCEPTS, "phrase", 5, 0, tmp_path / "out.parquet")


def test_the_command_balances_two_parts_of_a_dataset(tmp_path):
    world = made_up(80)
    parts = [write(tmp_path, world[a:b], a, name=n) for n, a, b in (("a", 0, 40), ("b", 40, 80))]
    (tmp_path / "concepts.tsv").write_text("concept\n" + "\n".join(NAMES) + "\n")
    command = [sys.executable, REPOSITORY / "scripts" / "balance_pairs.py", "--index", *(p[1] for p in parts)]
    command += ["--captions", *(p[0] for p in parts), "--counts", write_counts(tmp_path, world), "--cap", "10"]
    command += ["--concepts", tmp_path / "concepts.tsv", "--seed", "3", "--out", tmp_path / "out.parquet"]
    command += ["--sums", tmp_path / "d" / "00000.parquet"]
    made = subprocess.run(command, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    pairs, _ = run(tmp_path, world, 10, seed=3)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), pairs)
    assert f"80 pairs: {len(pairs)} name a concept, {pairs.kept.sum()} are kept" in made.stdout
    table = add_up([tmp_path / "d" / "00000.parquet"])
    assert table.concept.iloc[0] == "red panda"
    assert f"kept                  {pairs.kept.sum()} (" in summary(table)
    refused = subprocess.run([*command, "--cap", "0"], capture_output=True, text=True)
    assert refused.returncode != 0
    assert "must be at least 1" in refused.stderr

"""The overview, from scores and counts to the figure, where data are few."""

import sys
from pathlib import Path

import pandas as pd
import pytest

import figure_overview
import fit_dose_response
import fit_log_linear
from concept_freq.analysis.counts import COUNT_TYPES
from concept_freq.io.tables import write_table

MAIN = '{"count_type": "matched", "prompts": "class", "direction": "t2i", "k": 10}'
SAME = {"pretraining": "mine", "model": "mine/vit", "prompts": "class", "n_images": 10, "ci_low": 0.0, "ci_high": 100.0}
BINNING = '{"classification": {"edges": 12, "first": 1, "stop": 11}}'


@pytest.fixture
def call(monkeypatch):
    """Run a program's main as from a command line."""

    def run(program, **options: object) -> None:
        words = [(f"--{name.replace('_', '-')}", str(value)) for name, value in options.items()]
        monkeypatch.setattr(sys, "argv", [program.__name__, *(word for pair in words for word in pair)])
        program.main()

    return run


def overview(call, folder: Path, sets: dict[str, list[int]]) -> pd.DataFrame:
    """Draw the overview of evaluation sets with these counts of their concepts; returns the tests of the line."""
    names = {name: [f"{name} {i}" for i in range(len(counts))] for name, counts in sets.items()}
    counts = {concept: n for name in sets for concept, n in zip(names[name], sets[name], strict=True)}
    columns = {f"n_{kind}": counts.values() for kind in COUNT_TYPES}
    pd.DataFrame({"concept": counts.keys(), **columns}).to_parquet(folder / "mine.parquet")
    rows = [
        {**SAME, "dataset": name, "concept": c, "accuracy": i % 50.0}
        for name in sets
        for i, c in enumerate(names[name])
    ]
    write_table(rows, "class_accuracy", folder / "class_accuracy.parquet")
    data = {"scores": folder / "class_accuracy.parquet", "counts": folder / "mine.parquet", "main": MAIN}
    tables = {name: folder / f"{name}.csv" for name in ("fits", "null", "tests", "curves")}
    bins = {"binning": BINNING, "draws": 100, "seed": 0}
    call(fit_log_linear, **data, **bins, thresholds=0.5, null=tables["null"], out=tables["fits"])
    call(fit_dose_response, **data, thresholds=0.5, curves=tables["curves"], out=tables["tests"])
    call(figure_overview, **tables, main=MAIN, pretraining="mine", threshold=0.5, out=folder / "overview.png")
    assert (folder / "overview.png").stat().st_size > 1000
    return pd.read_csv(tables["tests"])


def test_too_few_concepts_have_no_shape_and_the_overview_is_drawn_without(call, tmp_path):
    assert overview(call, tmp_path, {"set": [10**i for i in range(8)]}).empty


def test_a_pool_without_a_shape_is_drawn_without_those_of_its_sets(call, tmp_path):
    spread = {"rare": [0] * 900, "some": list(range(1, 61)), "more": list(range(1, 61))}
    assert set(overview(call, tmp_path, spread).dataset) == {"some", "more"}

"""The stress tests: a target of their own, on the small run, and the change of a slope on points with known ones."""

import numpy as np
import pandas as pd
import pytest
from project import finished

from tabulate_stress import change

FIGURES = ["stress", "experiment", "log_linear_controls"]


@pytest.fixture(scope="module")
def stress(snakemake, repository, small):
    finished(snakemake("stress", "--cores", "2", folder=repository / ".test"))
    return small / "stress"


def test_a_second_run_does_nothing(snakemake, repository, stress):
    again = snakemake("stress", "--cores", "2", folder=repository / ".test")
    assert "Nothing to be done" in again.stdout + again.stderr


@pytest.mark.parametrize("figure", FIGURES)
def test_figures_come_with_pdf_and_data(stress, figure):
    assert (stress / "figures" / f"{figure}.png").read_bytes().startswith(b"\x89PNG")
    assert (stress / "figures" / f"{figure}.pdf").stat().st_size > 1000
    assert len(pd.read_csv(stress / "figures" / f"{figure}.csv")) > 0


def test_every_comparison_is_made_on_every_set(stress):
    table = pd.read_csv(stress / "tables" / "stress.csv")
    panels = {("classification", "emojione"), ("retrieval", "new_scenes")}
    for name in ("nearest fifth removed", "generated pictures and captions"):
        mine = table[table.comparison == name]
        assert set(zip(mine.task, mine.dataset, strict=True)) == panels
        assert (mine.change - (mine.slope_per_decade - mine.slope_per_decade_base)).abs().max() < 1e-3
        assert ((mine.change_low <= mine.change) & (mine.change <= mine.change_high)).all()


def test_the_experiment_says_what_each_deal_gives_and_all_together(stress):
    table = pd.read_csv(stress / "tables" / "experiment.csv")
    mine = table[table.task == "classification"].set_index("quantity").estimate
    deals = [mine[f"slope of {name}"] for name in ("random_tiny", "random_tiny_2")]
    assert mine["randomised"] == pytest.approx(np.mean(deals), abs=1e-4)
    assert mine["difficulty"] == pytest.approx(mine["slope of natural_tiny"] - mine["randomised"], abs=1e-4)


def test_a_fifth_of_the_pictures_is_gone_and_the_rest_counted_and_trained_on(stress, small):
    counts = {
        name: pd.read_parquet(small / "counts" / f"{name}.parquet") for name in ("random_tiny", "similar_removed_tiny")
    }
    before, after = (table.n_samples.iloc[0] for table in counts.values())
    removed = pd.read_parquet(small / "removed" / "similar_removed_tiny.parquet")
    captions = pd.concat(map(pd.read_parquet, (small / "captions" / "random_tiny").glob("*.parquet")))
    assert after == before - len(removed.merge(captions, on=["shard", "row"]))  # some had no caption to be counted by
    assert len(removed) == pytest.approx(0.2 * before, abs=3)


def test_the_change_of_a_slope_is_found():
    rng = np.random.default_rng(0)
    x, noise = rng.uniform(0, 3, 400), rng.normal(0, 5, 400)
    names = [str(i) for i in range(400)]
    concepts = {"dataset": "set", "concept": names, "class": names}
    points = [pd.DataFrame({**concepts, "n": 10**x, "score": slope * x + noise}) for slope in (5, 8)]
    found = change(points, "n", 500, 0)
    assert found["change"] == pytest.approx(-3)  # the noise is both models', and cancels
    assert found["change_high"] - found["change_low"] < 1e-6
    points[1]["score"] += rng.normal(0, 5, 400)
    found = change(points, "n", 500, 0)
    assert found["change_low"] < -3 < found["change_high"]
    assert found["change_high"] < -2

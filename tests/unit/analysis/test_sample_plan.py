"""How many more pairs a score would take: hand-worked cases, the interval's ends, and the command."""

import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import plan_samples
from concept_freq.analysis.sample_plan import add_plan, closest_names, more_pairs
from concept_freq.analysis.scores import main_scores
from tabulate_plan import slopes, tabulate

ROW = {"frequency": 100, "score": 40.0, "slope_per_decade": 10.0, "ci_low": 5.0, "ci_high": 20.0}


def planned(points: float = 10, **changed: float) -> pd.Series:
    """Plan of one concept."""
    return add_plan(pd.DataFrame([{**ROW, "n_samples": 9_000, "largest": 5_000, **changed}]), points).iloc[0]


def test_a_case_by_hand():
    row = planned()
    assert (row.n_more, row.n_more_low, row.n_more_high) == (900, 217, 9_900)  # 100 (10 - 1), (10^½ - 1), (100 - 1)
    assert (row.reachable, row.reason, row.upper_end, row.beyond_data) == ("yes", "", "", "")
    assert row.share_of_dataset == pytest.approx(0.1)
    assert planned(frequency=0).n_more == planned(frequency=1).n_more == 9
    assert planned(largest=999).beyond_data == "yes"


@pytest.mark.parametrize("low", [0.0, -3.0, 1e-9])
def test_an_interval_that_holds_zero_is_unbounded_above(low):
    row = planned(ci_low=low)
    assert (row.n_more, row.n_more_low, row.upper_end, row.reachable) == (900, 217, "unbounded", "yes")
    assert np.isnan(row.n_more_high)


@pytest.mark.parametrize(
    ("slope", "reason"),
    [(0.0, "not above zero"), (-2.0, "not above zero"), (1e-3, "more than 1e+12 pairs"), (np.nan, "no fit")],
)
def test_what_frequency_does_not_give_says_why(slope, reason):
    row = planned(slope_per_decade=slope)
    assert row.reachable == ""
    assert reason in row.reason
    assert np.isnan([row.n_more, row.n_more_low, row.n_more_high, row.share_of_dataset]).all()


def test_a_score_is_capped_at_one_hundred():
    row = planned(score=95.0, slope_per_decade=5.0)
    assert (row.points, row.n_more, row.reachable) == (5, 900, "capped")
    assert "pass 100" in row.reason
    full = planned(score=100.0)
    assert (full.points, full.n_more, full.reachable) == (0, 0, "capped")


@given(st.integers(0, 10**7), st.floats(0.5, 60), st.floats(0.1, 40), st.floats(0.1, 40))
def test_pairs_give_the_points_they_promise_and_no_pair_less_does(n, slope, points, further):
    more = more_pairs(np.array([n]), np.array([slope]), np.array([points]))[0]
    at, start = max(n, 1), slope * np.log10(max(n, 1))
    if np.isfinite(more):
        assert slope * np.log10(at + more) - start >= points - 1e-6
        assert slope * np.log10(at + max(more - 1.001, 0)) - start < points
    assert more_pairs(np.array([n]), np.array([slope]), np.array([points + further]))[0] >= more
    assert more_pairs(np.array([n]), np.array([slope + further]), np.array([points]))[0] <= more


def test_names_are_read_as_captions_are_and_close_ones_offered():
    names = ["golden retriever", "Labrador_retriever", "red panda"]
    assert closest_names(names, "Golden-Retrievers") == (["golden retriever"], [])
    assert closest_names(names, "labrador retriever") == (["Labrador_retriever"], [])
    found, close = closest_names(names, "goldn retriver")
    assert not found
    assert close[0] == "golden retriever"
    assert closest_names(names, "retriever")[1] == ["golden retriever", "Labrador_retriever"]
    assert closest_names(names, "xyz") == ([], [])


MODEL = {"task": "classification", "pretraining": "p", "model": "p/vit"}


def observed(dataset: str, concept: str, n: float, score: float) -> dict:
    """One point."""
    return {**MODEL, "dataset": dataset, "concept": concept, "n_matched": n, "score": score, "n_samples": 1_000}


def fits(*datasets: str) -> pd.DataFrame:
    """A fit of each of these sets."""
    slopes = {"slope_per_decade": 10.0, "ci_low": 5.0, "ci_high": 20.0, "recipe": "fixed_effects"}
    return pd.DataFrame([{**MODEL, "dataset": name, **slopes} for name in datasets])


def test_scores_are_the_mean_over_the_pooled_sets():
    rows = [observed("a", "cat", 10, 20.0), observed("b", "cat", 10, 60.0), observed("c", "cat", 10, 100.0)]
    rows += [observed("a", "dog", 900, 50.0), observed("b", "owl", np.nan, 50.0)]
    table = tabulate(pd.DataFrame(rows), fits("a", "b", "all"), "matched", {"c": ["matched"]}, 10)
    assert table[["dataset", "concept", "n_matched", "score", "n_more"]].to_numpy().tolist() == [
        ["all", "cat", 10, 40.0, 90],
        ["all", "dog", 900, 50.0, 8_100],
    ]
    assert set(table.largest) == {900}


def test_a_task_of_one_set_has_that_set():
    rows = pd.DataFrame([observed("scenes", "cat", 10, 40.0)]).assign(task="retrieval")
    table = tabulate(rows, fits("scenes").assign(task="retrieval"), "matched", {}, 5)
    assert table[["dataset", "score"]].to_numpy().tolist() == [["scenes", 40.0]]
    assert list(slopes(fits("a", "b", "all")).dataset) == ["all"]
    assert tabulate(rows.assign(n_matched=np.nan), fits("scenes"), "matched", {}, 5).empty  # captions only


def test_main_scores_are_those_of_the_config_and_recall_in_percent():
    own = {"classification": {"prompts": "class"}, "retrieval": {"direction": "t2i", "k": "10"}}
    rows = [{"task": task, "prompts": "", "direction": "", "k": "", **keys, "score": 0.5} for task, keys in own.items()]
    rows += [{**rows[0], "prompts": "simple"}, {**rows[1], "k": "5"}]
    found = main_scores(pd.DataFrame(rows), {"prompts": "class", "direction": "t2i", "k": 10, "count_type": "text"})
    assert found.score.tolist() == [0.5, 50.0]


@pytest.fixture
def ask(monkeypatch, capsys, tmp_path):
    """Call the command on a folder of results; returns what it prints, or the line with which it ends."""

    def call(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["plan_samples.py", "--results", str(tmp_path), *arguments])
        try:
            plan_samples.main()
        except SystemExit as end:
            return str(end.code)
        return capsys.readouterr().out

    return call


def test_the_command_names_a_table_that_is_missing(ask):
    assert "sample_plan.csv does not exist" in ask("cat")


@pytest.fixture
def planned_table(tmp_path):
    """The table of two concepts."""
    rows = [observed("a", "cat", 100, 40.0), observed("a", "dog", 5_000, 98.0)]
    table = tabulate(pd.DataFrame(rows), fits("a"), "matched", {}, 5)
    (tmp_path / "tables").mkdir()
    table.to_csv(tmp_path / "tables" / "sample_plan.csv", index=False)


@pytest.mark.usefixtures("planned_table")
def test_the_command_answers(ask):
    answer = ask("Cats", "--points", "10", "--model", "p/vit", "--task", "classification")
    for part in ("p/vit", "40.0 % at 100 pairs", "+10.0 [5.0, 20.0]", "900 more pairs [217, 9,900], 90 % of"):
        assert part in answer
    assert "average concept" in answer
    capped = ask("dog", "--points", "10")
    assert "would pass 100; for the 2.0 points that are left" in capped
    assert "the most frequent concept fitted has 5,000 pairs" in capped


@pytest.mark.usefixtures("planned_table")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cta",), "close names: cat"),
        (("cat", "--points", "0"), "must be above zero"),
        (("cat", "--points", "nan"), "must be above zero"),
        (("cat", "--model", "q"), "not in the table, which has p/vit"),
    ],
)
def test_the_command_refuses_in_one_line(ask, arguments, message):
    refused = ask(*arguments)
    assert message in refused
    assert "\n" not in refused

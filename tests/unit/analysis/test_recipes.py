"""The recipes on data whose answer is known, and what a further recipe needs."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from concept_freq.analysis.binning import Binning, bin_means, binning_of
from concept_freq.analysis.counts import read_true_counts
from concept_freq.analysis.recipes.base import Draws, Fit, Points, Recipe
from concept_freq.analysis.recipes.registry import RECIPES, fit_all
from concept_freq.figures.look import recipe_look
from figure_overview import look_of, offset_of

PUBLISHED = Binning(edges=12, first=1, stop=11)


def fits(counts, y, group=None, cluster=None, binning=PUBLISHED, draws=400, seed=0):
    group = np.zeros(len(y), int) if group is None else group
    cluster = np.arange(len(y)) if cluster is None else cluster
    points = Points(np.asarray(counts)[:, None], np.asarray(y, float)[:, None], group, cluster)
    return {fit.recipe: fit for fit in fit_all(points, binning, Draws.of(points, draws, seed))[0, 0]}


def test_bins_by_hand():
    bins = bin_means(np.array([0, 1, 2, 10, 50, 100]), np.array([1.0, 3.0, 10.0, 20.0, 30.0, 50.0]), 3)
    assert bins.edge == pytest.approx([1, 10, 100])
    assert bins.mean == pytest.approx([2.0, 15.0, 40.0])  # zero counts with ones; an edge belongs to the bin it closes
    assert bins.n.tolist() == [2, 2, 2]
    assert bins.standard_error[0] == pytest.approx(1.0)


def test_paper_recipe_is_the_published_computation():
    rng = np.random.default_rng(0)
    counts, y = rng.integers(0, 5000, 800), rng.uniform(0, 100, 800)
    x = np.log(np.maximum(counts, 1))
    edges = np.linspace(x.min(), x.max(), 12)
    member = np.digitize(x, edges, right=True)
    means = np.array([y[member == i].mean() if (member == i).any() else np.nan for i in range(12)])
    kept = slice(1, 11)
    there = ~np.isnan(means[kept])
    rho, p = stats.pearsonr(edges[kept][there], means[kept][there])
    found = fits(counts, y)["paper"]
    assert (found.rho, found.p_value) == pytest.approx((rho, p))


def test_an_exact_line_is_found_by_every_recipe():
    counts = 10 ** np.linspace(0, 4, 1200)
    found = fits(counts, 7 * np.log10(counts) + 3)
    for recipe in ("concept", "fixed_effects"):
        assert found[recipe].rho == pytest.approx(1)
        assert found[recipe].slope_per_decade == pytest.approx(7)
        assert found[recipe].ci_low == pytest.approx(7)
    assert found["paper"].rho == pytest.approx(1, abs=1e-4)
    assert found["paper"].slope_per_decade == pytest.approx(7, rel=0.01)
    assert found["all_bins"].rho > 0.99  # bin 0 holds only the counts of one


def test_fixed_effects_ignore_differences_between_datasets():
    rng = np.random.default_rng(1)
    group = np.repeat([0, 1], 200)
    counts = 10 ** (rng.uniform(0, 2, 400) + 2 * group)
    y = 40 * group + rng.normal(0, 1, 400)  # the easier dataset is also the more frequent one; no effect within
    found = fits(counts, y, group)
    assert found["concept"].slope_per_decade > 10
    assert found["fixed_effects"].ci_low < 0 < found["fixed_effects"].ci_high
    assert found["fixed_effects"].p_value > 0.05


def test_fixed_effects_recover_a_planted_slope():
    rng = np.random.default_rng(2)
    group = np.repeat([0, 1, 2], 150)
    cluster = np.tile(np.arange(150), 3)
    x = rng.uniform(0, 3, 150)[cluster]
    y = 5 * x + 30 * group + rng.normal(0, 8, 150)[cluster] + rng.normal(0, 2, 450)
    found = fits(10**x, y, group, cluster)["fixed_effects"]
    assert found.ci_low < 5 < found.ci_high
    assert found.p_value < 0.01
    apart = fits(10**x, y, group)["fixed_effects"]
    width, naive = (f.ci_high - f.ci_low for f in (found, apart))
    assert width > 1.3 * naive  # a concept's points are one piece of evidence, not three


def test_permutation_p_is_uniform_under_no_effect():
    rng = np.random.default_rng(3)
    group, found = np.repeat([0, 1], 20), []
    for i in range(300):
        counts, y = 10 ** rng.uniform(0, 3, 40), rng.normal(size=40) + 3 * group
        found.append(fits(counts, y, group, draws=199, seed=i)["fixed_effects"].p_value)
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_shuffling_within_sets_keeps_what_the_sets_explain():
    rng = np.random.default_rng(4)
    group = np.repeat([0, 1, 2], 300)
    counts = 10 ** (rng.uniform(0, 2, 900) + 1.2 * group)
    y = 25 * group + rng.normal(0, 5, 900)  # frequency matters nowhere, but frequent sets are easy
    found = fits(counts, y, group)
    assert found["paper"].rho > 0.9
    assert found["paper"].null_rho > 0.9
    assert abs(found["fixed_effects"].null_rho) < 0.05
    alone = fits(counts, y)
    assert abs(alone["paper"].null_rho) < 0.1 < alone["paper"].null_rho_95


def test_many_counts_and_scores_at_once_give_what_each_gives_alone():
    rng = np.random.default_rng(5)
    counts, scores = rng.integers(0, 1000, (200, 2)), rng.uniform(0, 100, (200, 3))
    group, cluster = rng.integers(0, 3, 200), np.arange(200) // 2
    points = Points(counts, scores, group, cluster)
    draws = Draws.of(points, 200, 7)
    together = fit_all(points, PUBLISHED, draws)
    for i, j in np.ndindex(2, 3):
        alone = fit_all(points.part([i], [j]), PUBLISHED, draws)[0, 0]
        for a, b in zip(together[i, j], alone, strict=True):
            assert (a.recipe, a.n_points) == (b.recipe, b.n_points)
            numbers = [[f.rho, f.p_value, f.slope_per_decade, f.ci_low, f.ci_high, f.null_rho] for f in (a, b)]
            assert numbers[0] == pytest.approx(numbers[1], nan_ok=True)


def test_a_pretraining_dataset_may_have_a_slice_of_its_own():
    task = {"edges": 12, "first": 1, "stop": 11, "of": {"laion400m": {"first": 2}}}
    assert binning_of(task, "laion400m") == Binning(12, 2, 11)
    assert binning_of(task, "cc3m") == Binning(12, 1, 11)


def test_too_few_points_give_no_numbers_rather_than_an_error():
    found = fits([0, 0, 1], [1.0, 2.0, 3.0])
    assert np.isnan(found["paper"].rho)
    assert found["paper"].n_points == 0


def test_slow_recipes_are_fitted_for_the_main_counts_and_scores_only():
    rng = np.random.default_rng(6)
    points = Points(rng.integers(1, 1000, (60, 3)), rng.uniform(0, 100, (60, 2)), np.zeros(60), np.arange(60) // 2)
    found = fit_all(points, PUBLISHED, Draws.of(points, 100, 0), main=([0, 2], [1]))
    assert {pair for pair, fits in found.items() if "mixed_effects" in {fit.recipe for fit in fits}} == {(0, 1), (2, 1)}
    (alone,) = fit_all(points.part([2], [1]), PUBLISHED, None, ["mixed_effects"], ([0], [0]))[0, 0]
    assert alone in found[2, 1]


@dataclass(frozen=True)
class Median(Recipe):
    """A recipe that is added: the median score as a slope."""

    def fit(self, points, binning, draws):
        """A fit of every pair."""
        for i, j in np.ndindex(points.counts.shape[1], points.scores.shape[1]):
            yield i, j, Fit(self.name, len(points.group), slope_per_decade=np.median(points.scores[:, j]))


def test_a_recipe_that_is_added_is_fitted_and_has_a_look_of_its_own(monkeypatch):
    monkeypatch.setitem(RECIPES, "median", Median("median"))
    assert fits(np.arange(1, 41), np.arange(40))["median"].slope_per_decade == 19.5
    looks = [recipe_look(name, i) for i, name in enumerate(RECIPES)]
    assert len(set(looks)) == len(RECIPES)
    offsets = [offset_of(name) for name in RECIPES]
    assert (offsets[0], offsets[-1]) == pytest.approx((-0.3, 0.3))
    assert look_of("median")["marker"] == looks[-1][0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("concept,planted\ncat,3\n", "mine.csv: no column 'count_type'"),
        ("concept,count_type,planted\ncat,text,3\ncat,text,4\n", "mine.csv: line 3: 'cat' has two text counts"),
    ],
)
def test_true_counts_that_cannot_be_used_are_named(tmp_path, text, words):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        read_true_counts([path])

"""All recipes, in the order of the tables, and fits by them."""

from collections.abc import Iterable

import numpy as np

from concept_freq.analysis.binning import Binning
from concept_freq.analysis.recipes.base import Draws, Fit, Points, Recipe
from concept_freq.analysis.recipes.bins import BinMeans
from concept_freq.analysis.recipes.mixed import MixedEffects
from concept_freq.analysis.recipes.points import SinglePoints
from concept_freq.analysis.recipes.true_counts import TrueCounts

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        BinMeans("paper"),
        BinMeans("all_bins", every_bin=True),
        SinglePoints("concept"),
        SinglePoints("spearman", ranks=True),
        SinglePoints("fixed_effects", within_sets=True),
        MixedEffects("mixed_effects"),
        TrueCounts("errors_in_variables"),
    )
}


def fit_all(
    points: Points,
    binning: Binning,
    draws: Draws,
    recipes: Iterable[str] = RECIPES,
    main: tuple[list[int], list[int]] = ([], []),
) -> dict[tuple[int, int], list[Fit]]:
    """The fits of every count (column i) and score (column j) by these recipes.

    ``main`` are the columns of the main counts and scores, all that recipes with ``main_only`` are fitted for.
    """
    shape = points.counts.shape[1], points.scores.shape[1]
    fits: dict[tuple[int, int], list[Fit]] = {pair: [] for pair in np.ndindex(shape)}
    main_points, everything = points.part(*main), (range(shape[0]), range(shape[1]))
    for recipe in map(RECIPES.__getitem__, recipes):
        seen, (counts, scores) = (main_points, main) if recipe.main_only else (points, everything)
        for i, j, fit in recipe.fit(seen, binning, draws):
            fits[counts[i], scores[j]].append(fit)
    return fits

"""Recipes for the relation between a score and the logarithm of concept frequency (DESIGN: recipes), a class each.

Comes in: points, and one draw of resamples that all recipes share. Goes out: a fit per count and score. To add a
recipe: a file here, and a line in ``registry``. Imports ``analysis.binning``, ``correlation`` and ``resampling``.
"""

"""How scores relate to counts: points, recipes, intervals, dose response, the designed experiment, plans.

Comes in: tables of scores and of counts. Goes out: fits, intervals and tests. Imports ``io``, ``text`` and
``evaluation.tasks``; reads no shard and loads no model.
"""

"""Evaluation sets and zero-shot scores per concept: accuracy of classes, recall of queries.

Comes in: evaluation sets of any supported layout, embeddings, prompts. Goes out: the concepts that a run scores, and
a score per model, set and concept. Imports ``io``, ``text``, ``shards`` and ``models``. What a planner needs to check a
set before any job (``classes``, ``labels``, ``folders``, ``layout``, ``identity``) loads no torch.
"""

"""Evaluation sets and zero-shot scores per concept: accuracy of classes, recall of queries.

Comes in: evaluation sets of any supported layout, embeddings, prompts. Goes out: a score per model, set and concept.
Imports ``io``, ``text``, ``shards``, ``counts`` and ``models``.
"""

"""Pairs for raters, their judgements, and the page on which they judge.

Comes in: captions, tags and pictures of sampled pairs. Goes out: judgements, and the degree of misalignment that they
imply. Imports ``io``, ``shards``, ``counts``, ``analysis`` and ``serving``.
"""

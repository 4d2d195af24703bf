"""The paper's released data: published counts and scores in our tables, and their audit.

Comes in: the upstream repository's JSON files. Goes out: the same tables that a run makes. Imports ``io``, ``text`` and
``analysis``.
"""

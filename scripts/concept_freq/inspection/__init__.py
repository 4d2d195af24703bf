"""A look at a little of every input of a study, before any job: first samples, checkpoints, machine.

Comes in: a ``Study``. Goes out: problems, and what there is to know of size, time and disk. Only ``concept-freq check``
imports it.
"""

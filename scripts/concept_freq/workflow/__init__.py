"""What a run plans: the config, its registries, and the files that each dataset, model and evaluation set stands for.

Comes in: a config and the TSVs that it names. Goes out: a ``Study``, which the rules ask for paths and settings. Plain
typed Python: it imports neither torch nor any stage that computes, so that planning stays fast. The Snakefile and
``concept-freq check`` import it; no program of a rule does.
"""

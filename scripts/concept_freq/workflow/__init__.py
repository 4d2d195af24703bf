"""What decides the plan of a run: plain typed Python that Snakemake reads while it builds its graph.

Comes in: config, registries, source files. Goes out: what each job reads, runs and depends on. Imports ``io``, ``text``
and the registries of the other packages; imports no torch.
"""

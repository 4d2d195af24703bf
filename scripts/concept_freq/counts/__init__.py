"""Which caption names which concept, and how often: the text index, the compiled pass, counts per chunk.

Comes in: captions, sparse image tags, the concept list. Goes out: text, image and matched counts, which are additive
over chunks. Imports ``io`` and ``text``; no model is loaded here.
"""

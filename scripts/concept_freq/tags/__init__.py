"""Image taggers and what their tags are worth: a probability per picture and concept, stored sparsely.

Comes in: pictures, the concept list, a checkpoint. Goes out: tags at or above the floor, histograms, corrections.
Imports ``io``, ``text``, ``shards`` and ``models``.
"""

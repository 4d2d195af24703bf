"""One reading of text for concept names and captions: tokens, lemmas, forms, nouns, and the concept list.

Comes in: strings and the run's concept list. Goes out: lemmas and forms, the join key of names and captions. Imports
``io`` only.
"""

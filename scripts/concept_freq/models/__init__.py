"""open_clip models: weights and checkpoints, picture preparation, embedding, training, similarity.

Comes in: checkpoints, shards, texts. Goes out: embeddings and trained weights. Imports ``io`` and ``shards``; knows
nothing of concepts and their counts.
"""

"""Shards of image-text pairs: listing, fetching, reading tars and caption tables, decoding pictures in batches.

Comes in: paths and addresses. Goes out: samples with shard, row and key, and a list of those that were skipped. Knows
nothing of concepts or models; imports ``io`` only.
"""

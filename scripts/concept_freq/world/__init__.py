"""The emoji world: its design, pictures, scenes and captions.

Comes in: picture packs and the registries. Goes out: shards with planted truth. Only programs that compose the world
and train its tagger import it: no stage of the pipeline knows where its shards come from.
"""

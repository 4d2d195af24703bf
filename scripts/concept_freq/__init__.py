"""How often concepts occur in image-text pretraining data, and how zero-shot accuracy depends on it.

Packages by stage, each importing only those before it: ``io``, ``text``, ``shards``, ``counts``, ``models``, ``tags``,
``evaluation``, ``analysis``, ``figures``; beside the path, ``world`` (the emoji world), ``rating`` and ``released``;
on top, ``commands``, which ``cli`` calls.
"""

__version__ = "0.1.0"

"""Plan the emoji world: how often each concept occurs, and which concepts share a scene."""

from dataclasses import dataclass

import numpy as np

SCENE_SIZES, SCENE_SHARES = (1, 2, 3), (0.7, 0.2, 0.1)
FAULTS = ("truncated picture", "no caption", "caption not UTF-8")


def log_uniform_counts(n_concepts: int, n_objects: int, decades: float) -> np.ndarray:
    """Counts by rank, evenly spaced in log over ``decades``, that sum to ``n_objects``; the last may be 0."""
    relative = 10.0 ** -np.linspace(0, decades, n_concepts)
    counts = np.round(relative / relative.sum() * n_objects).astype(int)
    missing = n_objects - counts.sum()  # by rounding, at most half an object a concept: the first ones take it
    counts[: abs(missing)] += np.sign(missing)
    return counts


def scene_sizes(n_scenes: int, seed: int) -> np.ndarray:
    """Objects in each scene, one to three."""
    return np.random.default_rng([seed, 0]).choice(SCENE_SIZES, n_scenes, p=SCENE_SHARES)


@dataclass(frozen=True)
class Plan:
    """What each scene shows and says: ``pictured[i]`` and ``captioned[i]`` are concept ids; ``faults[i]`` may be ''."""

    pictured: list[np.ndarray]
    captioned: list[np.ndarray]
    faults: np.ndarray


def deal_scenes(counts: np.ndarray, n_scenes: int, seed: int) -> list[np.ndarray]:
    """Shuffle every concept's objects into scenes; a concept drawn twice for one scene is shown once."""
    objects = np.repeat(np.arange(len(counts)), counts)
    np.random.default_rng([seed, 1]).shuffle(objects)
    borders = np.cumsum(scene_sizes(n_scenes, seed))
    if borders[-1] != len(objects):
        raise ValueError(f"the design has {len(objects)} objects, {n_scenes} scenes of this seed take {borders[-1]}")
    return [np.unique(part) for part in np.split(objects, borders[:-1])]


def plan_scenes(counts: np.ndarray, n_scenes: int, wrong_captions: float, broken: float, seed: int) -> Plan:
    """Deal the scenes, then swap the captions of a share ``wrong_captions`` among themselves and break a few."""
    pictured = deal_scenes(counts, n_scenes, seed)
    rng = np.random.default_rng([seed, 2])
    source = np.arange(n_scenes)
    wrong = rng.choice(n_scenes, round(wrong_captions * n_scenes), replace=False)
    source[wrong] = np.roll(wrong, 1)  # a cycle leaves nobody with their own caption
    faults = np.full(n_scenes, "", dtype=object)
    for i, scene in enumerate(rng.choice(n_scenes, round(broken * n_scenes), replace=False)):
        faults[scene] = FAULTS[i % len(FAULTS)]
    return Plan(pictured, [pictured[i] for i in source], faults)

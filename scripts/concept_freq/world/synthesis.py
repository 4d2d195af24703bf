"""Generate a picture of a concept that no artist drew, out of the training artists' pictures (paper, section 4).

It stands for the generated pictures of SynthCI-30M: new in every scene, like the concept, and like no artist's style.
"""

import numpy as np
from PIL import Image

CELLS = 4  # of the grid that is bent, along a side
BEND = 0.045  # deviation of the grid's inner points, as a share of the side
CONTRAST = 12.0  # of the outline: what half of the mixture covers is its edge


def premultiplied(picture: np.ndarray) -> np.ndarray:
    """An RGBA picture, uint8 (side, side, 4), as float in 0 to 1 with its colours times its opacity."""
    scaled = picture / 255.0
    scaled[..., :3] *= scaled[..., 3:]
    return scaled


def straight(picture: np.ndarray) -> np.ndarray:
    """The inverse of premultiplied; colour where nothing is opaque is black."""
    opacity = picture[..., 3:]
    colour = np.divide(picture[..., :3], opacity, out=np.zeros_like(picture[..., :3]), where=opacity > 0)
    return np.round(np.clip(np.concatenate([colour, opacity], axis=-1), 0, 1) * 255).astype(np.uint8)


def bend(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """Bend an RGBA picture, uint8 (side, side, 4), as if drawn on rubber; its rim stays where it is."""
    image = Image.fromarray(picture)
    points = np.stack(np.meshgrid(*[np.linspace(0, 1, CELLS + 1)] * 2), axis=-1)  # (row, column, x and y)
    points[1:-1, 1:-1] += rng.normal(0, BEND, (CELLS - 1, CELLS - 1, 2)).clip(-0.1, 0.1)
    points *= image.width
    edges = np.round(np.linspace(0, image.width, CELLS + 1)).astype(int)
    mesh = []
    for i in range(CELLS):
        for j in range(CELLS):
            corners = (points[i, j], points[i + 1, j], points[i + 1, j + 1], points[i, j + 1])
            mesh.append(((edges[j], edges[i], edges[j + 1], edges[i + 1]), tuple(np.concatenate(corners).tolist())))
    return np.asarray(image.transform(image.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR))


def mix(rng: np.random.Generator, pictures: list[np.ndarray]) -> np.ndarray:
    """A convex mixture of RGBA pictures, premultiplied, float (side, side, 4), with the outline of most of them."""
    weights = rng.dirichlet(np.full(len(pictures), 2.0))
    mixed = sum(weight * premultiplied(picture) for weight, picture in zip(weights, pictures, strict=True))
    opacity = mixed[..., 3:]
    edge = 1 / (1 + np.exp(-CONTRAST * (opacity - 0.5)))
    return mixed * np.divide(edge, opacity, out=np.zeros_like(opacity), where=opacity > 0.05)


def palette(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of the colours of a premultiplied picture, weighed by opacity. (3,) each."""
    opacity = picture[..., 3:]
    total = max(opacity.sum(), 1e-6)
    mean = picture[..., :3].sum(axis=(0, 1)) / total
    colour = np.divide(picture[..., :3], opacity, out=np.zeros_like(picture[..., :3]), where=opacity > 0)
    return mean, np.sqrt((opacity * (colour - mean) ** 2).sum(axis=(0, 1)) / total)


def repaint(picture: np.ndarray, model: np.ndarray, share: float) -> np.ndarray:
    """Move the palette of a premultiplied picture by a share of the way to that of a model."""
    (mean, deviation), (model_mean, model_deviation) = palette(picture), palette(model)
    gain = 1 + share * (model_deviation / np.maximum(deviation, 0.02) - 1).clip(-0.5, 1)
    opacity = picture[..., 3:]
    moved = (picture[..., :3] - opacity * mean) * gain + opacity * (mean + share * (model_mean - mean))
    return np.concatenate([moved.clip(0, opacity), opacity], axis=-1)


def generate(rng: np.random.Generator, drawings: list[np.ndarray]) -> np.ndarray:
    """A new RGBA picture, uint8 (side, side, 4), of what the artists' drawings show (each the same shape)."""
    order = rng.permutation(len(drawings))
    kept = order[: min(len(drawings), rng.integers(2, 4))]
    mixed = mix(rng, [bend(rng, drawings[i]) for i in kept])
    painted = repaint(mixed, premultiplied(drawings[order[-1]]), rng.uniform(0, 1))
    return straight(painted)

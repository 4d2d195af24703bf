"""Compose scenes: emoji pictures in random pose, size and place on a random background."""

import numpy as np
from PIL import Image

SIZES = {1: (0.6, 0.95), 2: (0.5, 0.62), 3: (0.42, 0.52)}  # range of an object's side by objects in the scene


def background(rng: np.random.Generator, side: int) -> Image.Image:
    """A soft, pale texture: a 3 x 3 grid of colours near one another, blown up. RGB, (side, side)."""
    base = rng.integers(120, 256) + rng.normal(0, 20, 3)
    grid = np.clip(base + rng.normal(0, 15, (3, 3, 3)), 0, 255).astype(np.uint8)
    return Image.fromarray(grid).resize((side, side), Image.Resampling.BICUBIC)


def posed(rng: np.random.Generator, picture: np.ndarray, size: int) -> Image.Image:
    """Shrink an RGBA picture to ``size`` pixels, turn it by up to 12 degrees, mirror half of them."""
    image = Image.fromarray(picture).resize((size, size), Image.Resampling.BOX)
    if rng.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return image.rotate(rng.uniform(-12, 12), Image.Resampling.BILINEAR, expand=True)


def places(rng: np.random.Generator, count: int) -> np.ndarray:
    """Centres in the unit square that keep objects apart: evenly around a circle, jittered. (count, 2)."""
    if count == 1:
        return rng.uniform(0.42, 0.58, (1, 2))
    angle = rng.uniform(0, 2 * np.pi) + np.arange(count) * 2 * np.pi / count
    circle = 0.5 + 0.24 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return circle + rng.uniform(-0.04, 0.04, (count, 2))


def paste(scene: Image.Image, thing: Image.Image, centre: np.ndarray) -> None:
    """Paste a thing with its centre at a point of the unit square."""
    x, y = centre * scene.width
    scene.paste(thing, (round(x - thing.width / 2), round(y - thing.height / 2)), thing)


def compose(rng: np.random.Generator, pictures: list[np.ndarray], side: int) -> Image.Image:
    """One scene of RGBA pictures on a background; the more objects, the smaller each. RGB, (side, side)."""
    scene = background(rng, side)
    low, high = SIZES[len(pictures)]
    for picture, centre in zip(pictures, places(rng, len(pictures)), strict=True):
        paste(scene, posed(rng, picture, round(side * rng.uniform(low, high))), centre)
    return scene


def compose_alone(rng: np.random.Generator, picture: np.ndarray, side: int) -> Image.Image:
    """One object of any size anywhere: alone, but as it may stand among others. RGB, (side, side)."""
    scene = background(rng, side)
    size = rng.uniform(SIZES[3][0], SIZES[1][1])
    paste(scene, posed(rng, picture, round(side * size)), 0.5 + (1 - size) * rng.uniform(-0.5, 0.5, 2))
    return scene

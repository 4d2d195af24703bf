"""How a picture becomes what a model looks at: by a named recipe, or by the one that came with the model."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import open_clip
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

MEAN, STD = np.float32(open_clip.OPENAI_DATASET_MEAN) * 255, np.float32(open_clip.OPENAI_DATASET_STD) * 255
NAMED = {
    "clip": {
        "mean": open_clip.OPENAI_DATASET_MEAN,
        "std": open_clip.OPENAI_DATASET_STD,
        "interpolation": "bicubic",
        "resize_mode": "shortest",
    },
    "imagenet": {  # SLIP and what was trained with its code
        "mean": (0.485, 0.456, 0.406),
        "std": (0.229, 0.224, 0.225),
        "interpolation": "bilinear",
        "resize_mode": "shortest",
    },
    "siglip": {
        "mean": open_clip.constants.INCEPTION_MEAN,
        "std": open_clip.constants.INCEPTION_STD,
        "interpolation": "bicubic",
        "resize_mode": "squash",
    },
}
KEYS = tuple(NAMED["clip"])  # what tells the preparation of one model from another's; the side is the architecture's
SQUASH = {"resize_mode": "squash, area-averaged"}  # what models trained here look at; no mode of open_clip's
NAMES = ("squash", *NAMED)


def shrink(image: Image.Image, side: int) -> np.ndarray:
    """A picture squeezed to a square of ``side`` pixels; uint8 (side, side, 3)."""
    how = Image.Resampling.BOX if image.width >= side else Image.Resampling.BICUBIC
    return np.asarray(image.resize((side, side), how))


def to_input(pixels: np.ndarray) -> torch.Tensor:
    """Normalise uint8 pictures (n, side, side, 3) with CLIP's mean and deviation to float32 (n, 3, side, side)."""
    return torch.from_numpy((pixels.astype(np.float32) - MEAN) / STD).permute(0, 3, 1, 2)


def read_settings(name: str) -> dict:
    """Settings of one of NAMES, or of a file by write_recipe."""
    return {"squash": SQUASH, **NAMED}.get(name) or json.loads(Path(name).read_text(encoding="utf-8"))


def write_recipe(settings: dict, path: Path) -> None:
    """Keep the recipe that came with a model (open_clip's preprocessing settings)."""
    path.write_text(json.dumps(settings, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def transform(settings: dict, side: int) -> Callable[[Image.Image], torch.Tensor]:
    """From a picture to float32 (3, side, side), as settings say."""
    if settings == SQUASH:
        return lambda image: to_input(shrink(image, side)[None])[0]
    return image_transform_v2(PreprocessCfg(**{**settings, "size": side}), is_train=False)


def recipe(name: str, side: int) -> Callable[[Image.Image], torch.Tensor]:
    """The same by name (one of NAMES), or by a file that write_recipe wrote."""
    return transform(read_settings(name), side)

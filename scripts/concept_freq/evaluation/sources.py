"""Where evaluation sets come from: image folders, torchvision datasets, Hugging Face datasets; one shape for all.

A source has the names of its classes (empty for retrieval) and an iterator of (picture file, label, captions).
"""

import inspect
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import datasets
import torchvision
from PIL import Image

from concept_freq.shards.tar import PICTURE_EXTENSIONS
from concept_freq.text.concepts import spelling_key

CAPTIONS = ("caption", "captions", "text", "sentences", "raw")
Item = tuple[bytes, int | None, list[str]]


@dataclass(frozen=True)
class Source:
    """Class names in the source's own order, and its items."""

    names: list[str]
    items: Iterator[Item]


def png(image: Image.Image) -> bytes:
    """A picture that is only at hand decoded, kept without loss."""
    file = io.BytesIO()
    image.convert("RGB").save(file, "png", compress_level=1)
    return file.getvalue()


def from_folder(folder: Path, split: str) -> Source:
    """An image folder: FOLDER/CLASS/PICTURE, or FOLDER/SPLIT/CLASS/PICTURE where there is such a folder."""
    root = folder / split if split and (folder / split).is_dir() else folder
    classes = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    if not classes:
        raise ValueError(f"{root}: no class folders; expected {root}/CLASS/PICTURE")
    files = [(label, path) for label, of_class in enumerate(classes) for path in sorted(of_class.rglob("*"))]
    pictures = [(label, path) for label, path in files if path.suffix.lower().lstrip(".") in PICTURE_EXTENSIONS]
    return Source([path.name for path in classes], ((path.read_bytes(), label, []) for label, path in pictures))


def from_torchvision(name: str, split: str, root: Path) -> Source:
    """A dataset of torchvision.datasets by its name, fetched into ``root`` where torchvision can."""
    kind = getattr(torchvision.datasets, name, None)
    if kind is None:
        raise ValueError(f"torchvision has no dataset {name!r}")
    takes = inspect.signature(kind).parameters
    how = {"split": split or "test"} if "split" in takes else {"train": False} if "train" in takes else {}
    if "download" in takes:
        how["download"] = True
    found = kind(str(root), **how)
    names = getattr(found, "classes", None) or getattr(found, "categories", None)
    if not names:
        raise ValueError(f"torchvision's {name} names no classes; convert it to an image folder")
    return Source(list(names), ((png(image), int(label), []) for image, label in found))


def captions_in(cell: object) -> list[str]:
    """Captions of a cell: a text, a list of texts, or a mapping that holds one; the first five, as published."""
    if isinstance(cell, dict):
        cell = next((cell[name] for name in CAPTIONS if name in cell), [])
    return [cell] if isinstance(cell, str) else [str(caption) for caption in cell][:5]


def encoded(cell: dict) -> bytes:
    """The picture file of a cell of Hugging Face's Image feature, undecoded."""
    return cell["bytes"] if cell["bytes"] is not None else Path(cell["path"]).read_bytes()


def from_hugging_face(name: str, split: str) -> Source:
    """A dataset of the Hugging Face hub, or a local folder of Parquet files in its layout."""
    rows = datasets.load_dataset(name, split=split or "test")
    features = rows.features
    pictures = [column for column, kind in features.items() if isinstance(kind, datasets.Image)]
    labels = [column for column, kind in features.items() if isinstance(kind, datasets.ClassLabel)]
    captions = [column for column in CAPTIONS if column in features]
    if not pictures or not (labels or captions):
        raise ValueError(f"{name}: needs an image column and a class label or captions; it has {', '.join(features)}")
    rows = rows.cast_column(pictures[0], datasets.Image(decode=False))
    if labels:
        items = ((encoded(row[pictures[0]]), row[labels[0]], []) for row in rows)
        return Source(features[labels[0]].names, items)
    return Source([], ((encoded(row[pictures[0]]), None, captions_in(row[captions[0]])) for row in rows))


def open_source(address: str, split: str, root: Path) -> Source:
    """The source that ``folder:DIR``, ``torchvision:NAME`` or ``hf:NAME`` stands for; ``root`` keeps downloads."""
    kind, _, name = address.partition(":")
    if kind == "folder":
        return from_folder(Path(name), split)
    return from_torchvision(name, split, root) if kind == "torchvision" else from_hugging_face(name, split)


def label_order(names: list[str], wanted: list[str]) -> tuple[list[int], str]:
    """For each class of a source, its index among the wanted names; by name, else by position, and which it was."""
    index = {spelling_key(name): i for i, name in enumerate(wanted)}
    if all(spelling_key(name) in index for name in names):
        return [index[spelling_key(name)] for name in names], "name"
    if len(names) != len(wanted):
        foreign = next(name for name in names if spelling_key(name) not in index)
        raise ValueError(f"{len(names)} classes for {len(wanted)} class names, and {foreign!r} is not among these")
    return list(range(len(names))), "position"

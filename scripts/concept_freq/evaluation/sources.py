"""Where evaluation sets come from: image folders, torchvision datasets, Hugging Face datasets; one shape for all.

A source has the names of its classes (empty for retrieval) and an iterator of (picture file, label, captions).
"""

import inspect
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import datasets
import torchvision
from PIL import Image

from concept_freq.evaluation.folders import PICTURES, class_folders, files_below, format_of, own_class_names
from concept_freq.evaluation.sets import UNLABELLED

CAPTIONS = ("caption", "captions", "text", "sentences", "raw")
HELD = ("JPEG", "MPO", "PNG", "WEBP")  # formats that shards hold; Pillow calls the JPEG of some cameras MPO
Item = tuple[bytes, int | None, list[str]]


@dataclass(frozen=True)
class Source:
    """Class names in the source's own order, its items, and how many files of each other format it leaves out.

    ``class_names`` is a file that lies with the source and names its classes otherwise, as folders 1, 2, 3 need.
    """

    names: list[str]
    items: Iterator[Item]
    left_out: Counter[str] = field(default_factory=Counter)
    class_names: Path | None = None


def png(image: Image.Image) -> bytes:
    """A picture that is only at hand decoded, kept without loss."""
    file = io.BytesIO()
    image.convert("RGB").save(file, "png", compress_level=1)
    return file.getvalue()


def as_held(data: bytes) -> bytes:
    """A picture file as a shard holds it: its own bytes, or those of a PNG where its format is another."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return data if image.format in HELD else png(image)
    except Exception:  # decoders raise anything; as it is, the picture is listed as unreadable where it is embedded
        return data


def from_folder(folder: Path, split: str) -> Source:
    """An image folder: FOLDER/CLASS/PICTURE, or FOLDER/SPLIT/CLASS/PICTURE where there is such a folder."""
    classes = class_folders(folder, split)
    files = [(label, path) for label, of_class in enumerate(classes) for path in files_below(of_class)]
    items = ((as_held(path.read_bytes()), label, []) for label, path in files if format_of(path) in PICTURES)
    left_out = Counter(path.suffix.lower() or path.name for _, path in files if format_of(path) not in PICTURES)
    names = own_class_names(folder, classes)
    return Source([path.name for path in classes], items, left_out, names)


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
    first = [name if isinstance(name, str) else name[0] for name in names]  # ImageNet's are tuples of synonyms
    return Source(first, ((png(image), int(label), []) for image, label in found))


def captions_in(cell: object) -> list[str]:
    """Captions of a cell: a text, a mapping that holds one, or a list of such; the first five, as published."""
    if isinstance(cell, dict):
        cell = next((cell[name] for name in CAPTIONS if name in cell), None)
    if isinstance(cell, str) or cell is None:
        return [cell] if cell else []
    if not isinstance(cell, list):
        raise ValueError(f"captions must be texts, not {type(cell).__name__}; take another column for them")
    return [caption for part in cell for caption in captions_in(part)][:5]


def encoded(cell: dict | None) -> bytes:
    """The picture file of a cell of Hugging Face's Image feature."""
    if cell is None:
        raise ValueError("a row has no picture; remove it")
    return as_held(cell["bytes"] if cell["bytes"] is not None else Path(cell["path"]).read_bytes())


def hugging_face_rows(name: str, split: str) -> datasets.Dataset:
    """A split of a dataset of the hub, of a local folder in its layout, or of one that ``save_to_disk`` wrote."""
    saved = any((Path(name) / file).exists() for file in ("dataset_dict.json", "state.json"))
    try:
        found = datasets.load_from_disk(name) if saved else datasets.load_dataset(name, split=split)
    except datasets.exceptions.DatasetsError as error:  # its cause says what is wrong with which file
        raise ValueError(f"cannot be read: {error.__cause__ or error}") from error
    if isinstance(found, datasets.Dataset):
        return found
    if split not in found:
        raise ValueError(f"no split {split!r} among {', '.join(found)}")
    return found[split]


def labelled(cell: int | None) -> int:
    """The label of a cell; an empty one has none, as -1 has none."""
    return UNLABELLED if cell is None else cell


def from_hugging_face(name: str, split: str) -> Source:
    """A dataset of the Hugging Face hub, or a local folder in its layout."""
    rows = hugging_face_rows(name, split or "test")
    features = rows.features
    pictures = [column for column, kind in features.items() if isinstance(kind, datasets.Image)]
    labels = [column for column, kind in features.items() if isinstance(kind, datasets.ClassLabel)]
    captions = [column for column in CAPTIONS if column in features]
    if not pictures or not (labels or captions):
        raise ValueError(
            f"needs an image column, and a class label (ClassLabel; class_encode_column makes one) or captions; it has "
            f"{', '.join(features)}"
        )
    rows = rows.cast_column(pictures[0], datasets.Image(decode=False))
    if labels:
        items = ((encoded(row[pictures[0]]), labelled(row[labels[0]]), []) for row in rows)
        return Source(features[labels[0]].names, items)
    return Source([], ((encoded(row[pictures[0]]), None, captions_in(row[captions[0]])) for row in rows))


def open_source(address: str, split: str, root: Path) -> Source:
    """The source that ``folder:DIR``, ``torchvision:NAME`` or ``hf:NAME`` stands for; ``root`` keeps downloads."""
    kind, _, name = address.partition(":")
    if kind == "folder":
        return from_folder(Path(name), split)
    if kind == "torchvision":
        return from_torchvision(name, split, root)
    if kind == "hf":
        return from_hugging_face(name, split)
    raise ValueError("no source of a known kind; expected folder:DIR, torchvision:NAME or hf:NAME")

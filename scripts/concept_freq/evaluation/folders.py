"""Image folders, FOLDER/CLASS/PICTURE or FOLDER/SPLIT/CLASS/PICTURE: which classes and pictures they hold. No torch."""

from collections.abc import Iterator
from pathlib import Path

from concept_freq.evaluation.labels import natural_key
from concept_freq.evaluation.layout import CLASS_NAMES
from concept_freq.shards.names import is_foreign
from concept_freq.shards.pictures import PICTURE_EXTENSIONS

PICTURES = {*PICTURE_EXTENSIONS, "bmp", "gif", "jfif", "jpe", "pbm", "pgm", "pnm", "ppm", "tif", "tiff"}
SPLITS = {"train", "training", "trn", "val", "valid", "validation", "dev", "test", "testing"}


def format_of(path: Path) -> str:
    """A file's format by its name: the extension in lower case."""
    return path.suffix.lower().lstrip(".")


def visible(folder: Path) -> list[Path]:
    """What lies in a folder, sorted, without what is hidden or left there by a system."""
    inside = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in inside if not is_foreign(path.name))


def files_below(folder: Path) -> Iterator[Path]:
    """Visible files of a folder and of the folders in it, in the order of their paths."""
    for path in visible(folder):
        yield from files_below(path) if path.is_dir() else [path]


def folders_in(folder: Path) -> list[Path]:
    """Visible folders of a folder in natural order."""
    return sorted(filter(Path.is_dir, visible(folder)), key=lambda path: natural_key(path.name))


def folders_of_split(folder: Path, split: str) -> list[Path]:
    """Class folders of FOLDER/SPLIT, or of FOLDER where it is not divided into splits."""
    found, wanted = folders_in(folder), split or "test"
    divided = bool(found) and all(path.name.casefold() in SPLITS for path in found)
    if not divided and not (split and (folder / split).is_dir()):
        return found
    if not (folder / wanted).is_dir():
        raise ValueError(f"no split {wanted!r} among {', '.join(path.name for path in found)}; name one")
    return folders_in(folder / wanted)


def class_folders(folder: Path, split: str) -> list[Path]:
    """Class folders of an image folder; raises ValueError where it has none."""
    if classes := folders_of_split(folder, split):
        return classes
    told = "" if folder.is_dir() else " (it does not exist)"
    raise ValueError(f"no class folders{told}; expected {folder}/CLASS/PICTURE")


def own_class_names(folder: Path, classes: list[Path]) -> Path | None:
    """The file in an image folder, or beside its class folders, that names the classes otherwise than their folders."""
    return next((path for path in (classes[0].parent / CLASS_NAMES, folder / CLASS_NAMES) if path.exists()), None)

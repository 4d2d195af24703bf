"""What can be said of an evaluation set before any job, from its folder and its class names alone. No torch."""

from pathlib import Path

from concept_freq.evaluation.classes import EvaluationClass, check_distinct, read_classes, read_templates
from concept_freq.evaluation.folders import class_folders, own_class_names
from concept_freq.evaluation.labels import label_order
from concept_freq.evaluation.layout import CLASS_NAMES, own_templates, split_shards


def layout_classes(folder: Path, split: str, class_names: Path | None) -> list[EvaluationClass]:
    """Classes of a set in CLIP_benchmark's layout, whose split is whole and whose own templates can be read."""
    split_shards(folder, split or "test")
    if templates := own_templates(folder):
        read_templates(templates)
    return read_classes(class_names or folder / CLASS_NAMES)


def folder_classes(folder: Path, split: str, class_names: Path | None) -> list[EvaluationClass]:
    """Classes of an image folder, each of which has a folder."""
    folders = class_folders(folder, split)
    names, given = [path.name for path in folders], class_names or own_class_names(folder, folders)
    classes = read_classes(given) if given else [EvaluationClass.of_line(name) for name in names]
    label_order(names, classes)
    return classes


def checked_classes(source: str, split: str, class_names: Path | None) -> list[EvaluationClass]:
    """Classes of a classification set by its registry row; what torchvision and the hub name is known once fetched.

    Raises ValueError, or OSError for a file that is not there, as importing or listing the set would.
    """
    kind, _, address = source.partition(":")
    if kind == "wds":
        classes = layout_classes(Path(address), split, class_names)
    elif kind == "folder":
        classes = folder_classes(Path(address), split, class_names)
    else:
        classes = read_classes(class_names) if class_names else []
    check_distinct(classes)
    return classes

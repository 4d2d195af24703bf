"""Class names and prompt templates of an evaluation set, as their text files give them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from concept_freq.text.concepts import spelling_key

PLACEHOLDER = re.compile(r"\{c?\}")  # {} here, {c} in CLIP_benchmark's layout


@dataclass(frozen=True)
class EvaluationClass:
    """A class: its name in prompts, its spelling in tables, and what its pictures are labelled with."""

    name: str
    spelling: str
    label: str

    @classmethod
    def of_line(cls, line: str) -> "EvaluationClass":
        """A line is a name and, where they differ from it, TAB spelling in tables and TAB label of the pictures."""
        name, spelling, label, *_ = *(cell.strip() for cell in line.split("\t")), "", ""
        return cls(name, spelling or name, label or spelling or name)


def read_lines(path: Path) -> list[str]:
    """Lines of a text file that are not blank; raises ValueError where it is not UTF-8. A byte order mark is none."""
    try:
        return [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path}: line {line} is not UTF-8; save the file as UTF-8") from None


def read_classes(path: Path) -> list[EvaluationClass]:
    """Classes of a set, one a line, in the order of their labels."""
    classes = [EvaluationClass.of_line(line) for line in read_lines(path)]
    if nameless := [i for i, one in enumerate(classes, start=1) if not one.name]:
        raise ValueError(f"{path}: class {nameless[0]} has no name; a line is NAME, or NAME TAB CONCEPT")
    return classes


def check_distinct(classes: Iterable[EvaluationClass]) -> None:
    """Classes that tables could not tell apart are an error, with the remedy."""
    numbers = defaultdict(list)
    for number, one in enumerate(classes, start=1):
        numbers[spelling_key(one.spelling)].append((number, one.spelling))
    for alike in numbers.values():
        if len(alike) > 1:
            (first, _), (second, same), *_ = alike
            raise ValueError(
                f"classes {first} and {second} are both named {same!r}; say in a second column of the class names what "
                f"one of them is counted as ({same} TAB OTHER NAME): prompts keep the first column"
            )


def read_templates(path: Path) -> list[str]:
    """Templates of a prompt set; ``{}`` stands for the class name, and one without it would ignore the class."""
    templates = read_lines(path)
    if wrong := [template for template in templates if not PLACEHOLDER.search(template)]:
        raise ValueError(f"{path}: template {wrong[0]!r} has no {{}} (or {{c}}) for the class name")
    if not templates:
        raise ValueError(f"{path}: no templates; write one a line, {{}} for the class name")
    return [PLACEHOLDER.sub("{}", template) for template in templates]

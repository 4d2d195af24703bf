"""Which class of the wanted ones a source's class is: by name, or, where no name is known, by position."""

import re
from collections import defaultdict
from collections.abc import Iterable

from concept_freq.evaluation.classes import EvaluationClass
from concept_freq.text.lemmas import lemmas, tokens

SHOWN = 5  # names in a message
# 001.Black_footed_Albatross (CUB), n02085620-Chihuahua (Stanford Dogs), "0 tench": a name behind its number
NUMBERED = re.compile(r"^n?\d+[-_.:, ]+(?=.*[^\W\d_])")


def natural_key(name: str) -> tuple:
    """Sorts numbers in names by value: 2 before 10."""
    parts = re.split(r"(\d+)", name)
    return tuple(int(part) if i % 2 else part for i, part in enumerate(parts)), name


def reading(name: str) -> str:
    """What all spellings of a class name share: its folded tokens, or what is left of one without letters."""
    return " ".join(tokens(name.replace("_", " "))) or name.strip().casefold()


def as_read(names: list[str]) -> list[str]:
    """Names as all their spellings are read."""
    return [reading(name) for name in names]


def in_lemmas(names: list[str]) -> list[str]:
    """The same in lemmas, and without the numbers before them where all have one."""
    bare = [NUMBERED.sub("", name.strip()) for name in names]
    numbered = all(name.strip() != text for name, text in zip(names, bare, strict=True))
    return [" ".join(lemmas(name.replace("_", " "))) or reading(name) for name in (bare if numbered else names)]


def quoted(names: Iterable[str]) -> str:
    """The first of several names, and how many there are of them."""
    names = list(names)
    return ", ".join(map(repr, names[:SHOWN])) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def unambiguous(names: list[str]) -> dict[str, int]:
    """Name -> index of the only class that has it."""
    found = defaultdict(list)
    for i, name in enumerate(names):
        found[name].append(i)
    return {name: where[0] for name, where in found.items() if len(where) == 1}


def by_name(names: list[str], classes: list[EvaluationClass]) -> list[int | None]:
    """Index of the class that each name means, None where there is none: by letters, else as read, else by lemmas."""
    spellings = [[getattr(one, which) for one in classes] for which in ("label", "name", "spelling")]
    tries = [(unambiguous(how(known)), how(names)) for how in (list, as_read, in_lemmas) for known in spellings]
    return [next((index[read[i]] for index, read in tries if read[i] in index), None) for i in range(len(names))]


def by_position(names: list[str], wanted: int) -> list[int]:
    """Position of each name. A list sorted as text is taken in natural order; any other order is the source's own."""
    if len(names) != wanted:
        raise ValueError(f"{len(names)} classes for {wanted} class names, and {quoted(names)} are not among these")
    numbers = sorted(int(name) for name in names if re.fullmatch(r"-?\d+", name))
    if len(numbers) == wanted and numbers not in (list(range(wanted)), list(range(1, wanted + 1))):
        raise ValueError(f"classes are numbered {numbers[0]} to {numbers[-1]}, with gaps; give them names")
    if names not in (sorted(names), sorted(names, key=natural_key)):
        return list(range(wanted))
    order = {name: i for i, name in enumerate(sorted(names, key=natural_key))}
    return [order[name] for name in names]


def label_order(names: list[str], classes: list[EvaluationClass]) -> tuple[list[int], str]:
    """For each class of a source, its index among the wanted ones, and how it was found: by ``name`` or ``position``.

    Position needs that no name is known. Where some are, those that are not are an error: a label by guess is wrong.
    """
    found = by_name(names, classes)
    if names and not any(i is not None for i in found):
        return by_position(names, len(classes)), "position"
    foreign = [name for name, i in zip(names, found, strict=True) if i is None]
    missing = [one.name for i, one in enumerate(classes) if i not in found]
    twice = [name for name, i in zip(names, found, strict=True) if i is not None and found.count(i) > 1]
    if twice:
        raise ValueError(f"{quoted(twice)} mean one class; rename one of them, or put their pictures together")
    if foreign or missing:
        told = [f"{quoted(foreign)} not among the class names"] if foreign else []
        told += [f"no pictures of the class names {quoted(missing)}"] if missing else []
        raise ValueError(
            f"{len(names) - len(foreign)} of {len(names)} classes are known by name, but {'; '.join(told)}. Rename "
            "them, or write the pictures' label in a third column of the class names (NAME TAB CONCEPT TAB LABEL)"
        )
    return found, "name"

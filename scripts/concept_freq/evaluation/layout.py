"""CLIP_benchmark's layout on disk: a folder of shards for each split, class names and templates beside it. No torch.

Embedding depends on this module, so it imports nothing that changes with text or tables.
"""

import re
from pathlib import Path

CLASS_NAMES = "classnames.txt"
TEMPLATES = "zeroshot_classification_templates.txt"
COUNT = "nshards.txt"
NUMBER = re.compile(r"(\d+)\.tar(?:\.gz)?$")


def declared_shards(folder: Path) -> int | None:
    """How many shards a split has by its nshards.txt; None without one."""
    path = folder / COUNT
    if not path.exists():
        return None
    text = path.read_text(encoding="utf-8-sig", errors="replace").strip()
    if not text.isdecimal() or int(text) == 0:
        raise ValueError(f"{path}: expected one line, the number of shards")
    return int(text)


def numbered(shards: list[Path]) -> dict[int, Path]:
    """Shards by the number at the end of their names; raises ValueError where two have the same."""
    found: dict[int, Path] = {}
    for path in sorted(shards):
        number = int(NUMBER.search(path.name)[1])
        if number in found:
            raise ValueError(f"{found[number].name} and {path.name} have one number; remove one of them")
        found[number] = path
    return found


def sequence(shards: list[Path], declared: int | None) -> list[Path]:
    """Numbered shards in order: as many as are declared, or all, without a gap where they begin with 0 or 1."""
    found = numbered(shards)
    wanted = range(min(found), max(found) + 1) if declared is None else range(declared)
    if declared is None and min(found) > 1:
        wanted = sorted(found)  # years, or a part of a sequence: nobody knows what belongs between
    if missing := [number for number in wanted if number not in found]:
        says = f"{COUNT} says {declared}" if declared else f"the last is {found[max(found)].name}"
        raise ValueError(f"shard {missing[0]} is missing ({len(missing)} of {len(wanted)}; {says}); fetch it again")
    return [found[number] for number in wanted]


def whole_split(shards: list[Path]) -> list[Path]:
    """The shards of a split in order of their numbers: hidden ones and those beyond its nshards.txt are not part of it.

    Raises ValueError where a shard is missing.
    """
    shards = [path for path in shards if not path.name.startswith(".")]
    if not shards:
        raise ValueError("no shards (*.tar)")
    declared = declared_shards(shards[0].parent)
    if all(NUMBER.search(path.name) for path in shards):
        return sequence(shards, declared)
    if declared not in (None, len(shards)):
        raise ValueError(f"{len(shards)} shards where {COUNT} says {declared}")
    return sorted(shards)


def split_shards(folder: Path, split: str) -> list[Path]:
    """Shards of a set's split; raises ValueError with the folder where there are none or one is missing."""
    try:
        return whole_split([*(folder / split).glob("*.tar"), *(folder / split).glob("*.tar.gz")])
    except ValueError as error:
        raise ValueError(f"{folder / split}: {error}") from None


def own_templates(folder: Path) -> Path | None:
    """The set's own templates, if it has any."""
    path = folder / TEMPLATES
    return path if path.exists() else None

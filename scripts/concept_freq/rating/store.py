"""The file of judgements behind the page: several raters, each in a program of their own, write it at the same time.

Raters of several Unix users share a file in a folder where all of them may write (mode 2775, say, not one with a sticky
bit as ``/tmp`` has). A judgement is acknowledged only when the file that holds it is in place.
"""

import csv
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd

from concept_freq.io.tables import atomic_path
from concept_freq.rating.ratings import COLUMNS, KEY, RatingsError, read_judgements, read_lines


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other program of a rater writes this file; raises RatingsError where this user may not write it.

    The lock file beside it holds nothing, so every user may write it, whatever the umask is: flock over NFS asks for
    that. The kernel lets those who wait in one after the other, and frees the lock of a program that is killed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
        with os.fdopen(lock, "r+"):
            with suppress(PermissionError):  # another user made it, and did this
                os.fchmod(lock, 0o666)
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except PermissionError as error:
        remedy = "raters of several users need a folder where all may write and replace files (not /tmp)"
        raise RatingsError(f"{error.filename or path}: {error.strerror}; {remedy}") from error


def share(new: Path, old: Path) -> None:
    """Give a new file the old one's permissions, and let whoever may write in its folder read and write it.

    Otherwise the umask of the rater who wrote last would shut the others out.
    """
    if old.exists():
        new.chmod(stat.S_IMODE(old.stat().st_mode))
    folder = old.parent.stat()
    with suppress(PermissionError):  # a group of which this user is no member
        os.chown(new, -1, folder.st_gid)
    found = new.stat()
    writers = folder.st_mode & (stat.S_IWOTH | (stat.S_IWGRP if found.st_gid == folder.st_gid else 0))
    new.chmod(stat.S_IMODE(found.st_mode) | writers | writers << 1)  # w, and r beside it


def replace_rows(path: Path, names: list[str], rows: list[dict[str, str]]) -> None:
    """Replace the file of judgements; either the old or the new one is there, whole, whatever happens."""
    # csv quotes a carriage return only from Python 3.11.9 and 3.12.3 on: https://github.com/python/cpython/issues/67044
    cells = [*names, *(cell for row in rows for cell in row.values())]
    quoting = csv.QUOTE_ALL if any("\r" in cell for cell in cells) else csv.QUOTE_MINIMAL
    with atomic_path(path) as temporary:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, lineterminator="\n", quoting=quoting)
            writer.writeheader()
            writer.writerows(rows)
        share(temporary, path)


class Ratings:
    """One rater's judgements of pairs (schema ``sampled_pairs``), kept in a CSV file that other raters may share.

    The file is read anew and replaced at each judgement, so what others wrote in between stays.
    """

    def __init__(self, pairs: pd.DataFrame, rater: str, path: Path) -> None:
        self.pairs, self.rater, self.path = pairs, rater, path
        self.keys = [[*map(str, key), rater] for key in pairs[KEY].itertuples(index=False, name=None)]

    def own(self) -> list[str]:
        """The rater's judgement of each pair, '' where there is none; raises RatingsError where the file is spoilt."""
        rated = read_judgements([self.path] if self.path.exists() else [], self.pairs).astype(str)
        known = {tuple(row[:-1]): row[-1] for row in rated[list(COLUMNS)].to_numpy().tolist()}
        return [known.get(tuple(key), "") for key in self.keys]

    def ready(self) -> int:
        """How many pairs are left to judge; raises RatingsError or OSError where judgements could not be saved."""
        left = self.own().count("")
        with alone(self.path):
            return left

    def add(self, number: int, judgement: str) -> None:
        """Write the judgement of the pair with this number, in place of an earlier one."""
        key = self.keys[number]
        with alone(self.path):
            names, lines = read_lines(self.path) if self.path.exists() else (list(COLUMNS), [])
            rows = [row for _, row in lines]
            mine = [row for row in rows if [row[name] for name in COLUMNS[:-1]] == key]
            if not mine:
                mine = [dict(zip(COLUMNS, key, strict=False))]
                rows += mine
            mine[0]["judgement"] = judgement
            replace_rows(self.path, names, rows)

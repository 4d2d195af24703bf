"""Progress of a long loop as log lines: bars of parallel jobs would overwrite one another."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def progress(items: Iterable[Item], total: int, what: str, every: float = 15.0) -> Iterator[Item]:
    """Pass items through; every ``every`` seconds print how many of ``total`` are done and the time left."""
    start = last = time.monotonic()
    for done, item in enumerate(items):
        now = time.monotonic()
        if done and now - last >= every:
            left = (now - start) / done * (total - done)
            print(
                f"{what}: {done} of {total} ({done / total:.0%}), {left:.0f} s left",
                file=sys.stderr,
                flush=True,
            )
            last = now
        yield item

"""Which device a job computes on: a GPU that no other job of this machine uses, or the CPU where there is none."""

import fcntl
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TextIO

import torch

HELD: list[TextIO] = []  # locks of this process; the system lets them go when it ends, however it ends


def lock(names: list[str], pause: float = 5.0) -> int:
    """Position of the first of these devices that no other process holds; waits until there is one."""
    said = False
    while True:
        for i, name in enumerate(names):
            file = (Path(tempfile.gettempdir()) / f"concept-freq-{os.getuid()}-{name}.lock").open("a")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                continue
            HELD.append(file)
            return i
        if not said:
            print(f"every GPU is in use by another job ({', '.join(names)}): waiting", file=sys.stderr, flush=True)
        said = True
        time.sleep(pause)


def pick(wanted: str = "auto") -> torch.device:
    """The device that is asked for; ``auto`` is a free GPU, or the CPU where torch sees none.

    A GPU that is asked for by name and is not there ends the run.
    """
    if wanted.startswith("cuda") and not torch.cuda.is_available():
        sys.exit(f"tagger.device is {wanted}, and torch sees no GPU here; set it to auto or cpu, or ask for a GPU")
    if wanted != "auto" or not torch.cuda.is_available():
        return torch.device("cpu" if wanted == "auto" else wanted)
    names = [f"gpu-{torch.cuda.get_device_properties(i).uuid}" for i in range(torch.cuda.device_count())]
    return torch.device("cuda", lock(names))

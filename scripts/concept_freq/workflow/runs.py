"""Runs at work in a folder: each holds a lock that ends with it, so what a killed one left locked is freed.

Snakemake's own locks are files that outlive a killed run, and ask for ``snakemake --unlock``. Those of a run whose jobs
are elsewhere stay, because these go on without it: profiles/slurm/cancel_orphans.sh.
https://snakemake.readthedocs.io/en/stable/project_info/faq.html
"""

import fcntl
import os
from pathlib import Path

LOCKS = Path(".snakemake", "locks")
ELSEWHERE = LOCKS / "jobs_elsewhere"  # goes with Snakemake's locks where a run ends in order
BESIDE = "another run is at work in this folder; wait for it, or stop it (what it locked needs no --unlock)"


def free(folder: Path) -> None:
    """Remove Snakemake's locks, unless the jobs of the run that made them are elsewhere."""
    if not (folder / ELSEWHERE).exists():
        for path in (folder / LOCKS).iterdir():
            path.unlink()


def start_in(folder: Path) -> str:
    """Free what a killed run left locked in a folder; a warning where another run is at work there.

    Where the folder is read-only or its file system knows no locks, Snakemake's own remain and say the rest.
    """
    try:
        (folder / LOCKS).mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCKS.with_name("run.lock"), os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free(folder)
        except BlockingIOError:
            return BESIDE
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_SH)  # until this process ends
    except OSError:
        pass
    return ""


def keep_locked(folder: Path) -> None:
    """Let this run's locks outlive it, because its jobs do."""
    (folder / ELSEWHERE).touch()

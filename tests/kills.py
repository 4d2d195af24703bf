"""Kill the small run at random moments over all its stages, start the same command again, and compare every byte.

    make kills          30 kills; KILLS=100 for more

What is removed from a copy of the finished run is made again there; each kill ends the whole process group (SIGKILL).
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from programs import REPOSITORY
from project import copy_repository

TIMED = {"tables/costs.csv", "tables/disk.csv", "tables/provenance.csv"}  # what differs from run to run
LEFTOVER = re.compile(r"(^|/)\.|\.part$")
DONE = re.compile(r"\d+ of (\d+) steps")


class Run:
    """The plain command in a folder, as a process group of its own."""

    def __init__(self, root: Path, targets: list[str], scratch: Path) -> None:
        program = Path(sys.executable).with_name("snakemake")
        command = [program, "--snakefile", root / "Snakefile", "--directory", root / ".test", "--cores", "2", *targets]
        environment = {**os.environ, "TMPDIR": str(scratch)}
        self.process = subprocess.Popen(
            command, cwd=root, env=environment, text=True, start_new_session=True, stdout=-1, stderr=-2
        )
        self.said: list[str] = []

    def finished_jobs(self) -> Iterator[str]:
        """A line at each job's end, while the run goes on."""
        for line in self.process.stdout:
            self.said.append(line)
            if DONE.match(line):
                yield line

    def to_the_end(self) -> int:
        """Jobs that it did; exits with what it said where it failed."""
        jobs = len(list(self.finished_jobs()))
        self.process.stdout.close()
        if self.process.wait():
            sys.exit("the plain command failed:\n" + "".join(self.said[-60:]))
        return jobs

    def kill_after(self, jobs: int, pause: float) -> bool:
        """Kill it some seconds after so many jobs are done; whether it still ran."""
        for _, _ in zip(range(jobs), self.finished_jobs(), strict=False):
            pass
        time.sleep(pause)
        ran = self.process.poll() is None
        os.killpg(self.process.pid, signal.SIGKILL) if ran else None
        self.process.stdout.close()
        self.process.wait()
        return ran


def gaps(kills: int, jobs: int, chance: random.Random) -> list[int]:
    """How many jobs end between one kill and the next, so that the kills fall evenly on all jobs."""
    moments = sorted(chance.randrange(jobs) for _ in range(kills))
    return [after - before for before, after in zip([0, *moments], moments, strict=False)]


def contents(results: Path) -> dict[str, bytes]:
    """Bytes of all results by name, without those that hold times."""
    files = {str(path.relative_to(results)): path for path in results.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name not in TIMED}


def problems(whole: dict[str, bytes], results: Path, scratch: Path) -> list[str]:
    """What differs from the undisturbed run, is missing, or was left behind."""
    found = contents(results)
    left = [name for name in found if LEFTOVER.search(name) and name not in whole] + [
        path.name for path in scratch.glob(".*.part")
    ]
    lost = [name for name in whole if name not in found]
    other = [name for name in whole if name in found and whole[name] != found[name]]
    marked = {"left behind": left, "missing": lost, "differs": other}
    return [f"{what}: {name}" for what, names in marked.items() for name in sorted(names)]


def made_again(name: str, again: list[str], targets: list[str]) -> bool:
    """Whether a result is there after the run: it was not removed, or a target's dataset needs it."""
    kind, _, rest = name.partition("/")
    return kind not in again or rest.split("/")[0].split(".")[0] in {Path(target).stem for target in targets}


def clear(results: Path, kinds: list[str]) -> None:
    """Remove some kinds of results, or all."""
    for path in [results / kind for kind in kinds] or [results]:
        shutil.rmtree(path, ignore_errors=True)


def try_kills(folder: Path, kills: int, again: list[str], targets: list[str], seed: int) -> list[str]:
    """Problems after so many kills of a run that makes some kinds of results again, or all."""
    root, scratch, chance = folder / "copy", folder / "scratch", random.Random(seed)
    root.mkdir()
    scratch.mkdir()
    results = copy_repository(root) / ".test" / "results"
    whole = {name: data for name, data in contents(results).items() if made_again(name, again, targets)}
    clear(results, again)
    plan = [Path(sys.executable).with_name("snakemake"), "--snakefile", root / "Snakefile", "--directory"]
    planned = subprocess.run([*plan, root / ".test", "--dry-run", *targets], cwd=root, capture_output=True, text=True)
    jobs = int(re.search(r"^total +(\d+)$", planned.stdout + planned.stderr, re.MULTILINE)[1])
    made = 0
    while made < kills:
        for gap in gaps(kills - made, jobs, chance):
            if not Run(root, targets, scratch).kill_after(gap, chance.uniform(0, 8)):
                clear(results, again)  # it had ended: once more from the start
                break
            made += 1
            print(f"kill {made} of {kills}, {gap} jobs after the one before", flush=True)
    print(f"{made} kills of {jobs} jobs, then {Run(root, targets, scratch).to_the_end()} jobs to the end")
    return problems(whole, results, scratch)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--again", nargs="*", default=[], help="kinds of results to make again, all if not given")
    parser.add_argument("--targets", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    args = parser.parse_args()
    Run(REPOSITORY, [], Path(tempfile.gettempdir())).to_the_end()
    with tempfile.TemporaryDirectory() as folder:
        found = try_kills(Path(folder), args.kills, args.again, args.targets, args.seed)
    if found:
        sys.exit("\n".join(found))
    print("every byte as in the undisturbed run, nothing left behind")


if __name__ == "__main__":
    main()

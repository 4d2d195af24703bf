"""The small run on a real SLURM of three nodes, interrupted, killed, short of memory and a node: the local run's bytes.

SLURM is started by the scripts that SLURM_SCRIPTS names, or ../shared/cluster; without them these tests are skipped.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from programs import REPOSITORY
from project import Project, finished

PLACES = [os.environ.get("SLURM_SCRIPTS", ""), REPOSITORY.parent / "shared" / "cluster"]
SCRIPTS = next((Path(place) for place in PLACES if place and (Path(place) / "slurm_up.sh").exists()), None)
MISSING = "needs scripts that start a SLURM (slurm_up.sh, slurm_down.sh): name their folder in SLURM_SCRIPTS"
pytestmark = pytest.mark.skipif(SCRIPTS is None, reason=MISSING)
OF_THE_RUN = {"provenance.csv", "costs.csv", "disk.csv"}  # tables that say how and where it ran
SITE = ["--default-resources", "slurm_account=test", "slurm_partition=cpu", "mem_mb=1500*attempt", "runtime=10"]
SITE += ["--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "10"]
SHORT_OF_MEMORY = ["--set-resources", "train_tagger:mem_mb=800*attempt"]  # it needs 1,500


@pytest.fixture(scope="module")
def slurm():
    """Environment of a SLURM of three nodes that is there for these tests."""
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    started = subprocess.run(["bash", SCRIPTS / "slurm_up.sh", "--dir", folder], capture_output=True, text=True)
    if started.returncode:
        shutil.rmtree(folder)
        pytest.skip(f"SLURM could not be started here: {started.stderr[-300:]}")
    try:
        shown = subprocess.run(
            ["bash", "-c", f". {folder}/env.sh && env -0"], capture_output=True, text=True, check=True
        )
        found = dict(entry.split("=", 1) for entry in shown.stdout.split("\0") if entry)
        yield {**found, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{found['PATH']}"}
    finally:
        subprocess.run(["bash", SCRIPTS / "slurm_down.sh", "--dir", folder, "--purge"], capture_output=True)


def hear_interrupts() -> None:
    """As in a terminal: what is started in the background ignores Ctrl-C, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Run:
    """A run that is submitted to SLURM."""

    def __init__(self, folder: Path, slurm: dict[str, str]) -> None:
        self.folder, self.slurm = folder, slurm
        shutil.copytree(REPOSITORY / ".test" / "config", folder / "config")
        for name in ("config.yaml", "models.tsv"):
            path = folder / "config" / name
            text = path.read_text().replace("../config", str(REPOSITORY / "config"))
            path.write_text(text.replace("../resources", str(REPOSITORY / "resources")))

    def command(self, *arguments: str) -> list[str]:
        """Snakemake with the shipped profile and what this site edits."""
        base = ["snakemake", "--snakefile", REPOSITORY / "Snakefile", "--directory", self.folder]
        return [
            *map(str, base),
            "--workflow-profile",
            str(REPOSITORY / "profiles" / "slurm"),
            *arguments,
            *SITE,
            *SHORT_OF_MEMORY,
        ]

    def start(self) -> subprocess.Popen:
        """Start it; what it says goes to a file."""
        with (self.folder / "said.txt").open("w") as said:
            command = self.command()
            same = {"stdout": said, "stderr": said, "env": self.slurm, "cwd": REPOSITORY}
            return subprocess.Popen(command, preexec_fn=hear_interrupts, **same)

    def said(self) -> str:
        """What it has said so far."""
        return (self.folder / "said.txt").read_text()

    def ask(self, *command: str) -> str:
        """Ask SLURM."""
        found = subprocess.run(command, capture_output=True, text=True, env=self.slurm, check=True, cwd=self.folder)
        return found.stdout.strip()

    def running(self, *format_: str) -> list[str]:
        """Jobs that are submitted or run."""
        return self.ask("squeue", "--noheader", "--format", *(format_ or ["%i"])).splitlines()

    def gone(self, seconds: float = 60) -> bool:
        """Whether every job ends in that time; SLURM gives a cancelled one 30 seconds."""
        end = time.monotonic() + seconds
        while (left := self.running()) and time.monotonic() < end:
            time.sleep(0.3)
        return not left

    def wait_for(self, what, process: subprocess.Popen, seconds: float = 240) -> None:
        """Wait until something holds while the process runs."""
        end = time.monotonic() + seconds
        while not what():
            assert process.poll() is None, self.said()[-3000:]
            assert time.monotonic() < end, self.said()[-3000:]
            time.sleep(0.3)


def contents(results: Path) -> dict[str, bytes]:
    """Bytes of every result but the tables that say how it was made."""
    found = [path for path in sorted(results.rglob("*")) if path.is_file() and path.name not in OF_THE_RUN]
    return {str(path.relative_to(results)): path.read_bytes() for path in found}


def lose_a_node(run: Run, process: subprocess.Popen) -> None:
    """Take down the node of a running job, and bring it back when its job was lost."""
    nodes = []

    def found() -> bool:
        nodes[:] = [line for line in run.running("%T %N") if line.startswith("RUNNING node")]
        return bool(nodes)

    run.wait_for(found, process)
    node = nodes[0].split()[1]
    run.ask("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
    time.sleep(3)
    resume = ["scontrol", "update", f"nodename={node}", "state=resume"]  # refused where it came back by itself
    subprocess.run(resume, capture_output=True, env=run.slurm)


def test_whatever_happens_on_the_cluster_the_bytes_are_those_of_the_local_run(slurm, small, tmp_path):
    run = Run(tmp_path / "run", slurm)

    process = run.start()
    run.wait_for(lambda: len(run.running()) >= 3, process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) != 0
    assert run.gone()
    assert not list((run.folder / ".snakemake" / "locks").glob("*"))

    process = run.start()
    run.wait_for(lambda: "rule parse_captions" in run.said() and len(run.running()) >= 2, process)
    process.kill()
    process.wait()
    assert run.running()
    run.ask(str(REPOSITORY / "profiles" / "slurm" / "cancel_orphans.sh"))
    assert run.running() == []
    done = {path: path.stat().st_mtime_ns for path in (run.folder / "results" / "shards").rglob("*.tar")}
    assert done

    process = run.start()
    lose_a_node(run, process)
    assert process.wait(420) == 0, run.said()[-4000:]
    assert {path: path.stat().st_mtime_ns for path in done} == done  # what was there is not made again
    submitted = contents(run.folder / "results")
    local = {name: data for name, data in contents(small).items() if name in submitted}  # it may hold other targets too
    assert submitted.keys() == local.keys()
    assert {"checks/passed.txt", "figures/overview.png", "counts/random_tiny.parquet"} <= submitted.keys()
    assert [name for name in local if submitted[name] != local[name]] == []

    jobs = run.ask("sacct", "-X", "-n", "-P", "--format", "Comment,State,ReqMem,AllocTRES,JobName").splitlines()
    states = [line.split("|") for line in jobs if line.startswith("rule_train_tagger")]
    runs = [run_id for _, state, _, _, run_id in states if state == "COMPLETED"]
    assert 1 <= len(runs) == len(set(runs)) <= 2, states  # again only where a run was killed before it heard of it
    assert len({memory for _, _, memory, _, _ in states}) > 1, states
    assert any("NODE_FAIL" in line or "CANCELLED" in line for line in jobs)
    assert all("gres/gpu=1" in line for line in jobs if re.match(r"rule_(tag|embed)_images.*COMPLETED", line))
    report = run.command("--report", str(tmp_path / "report.html"))
    finished(subprocess.run(report, capture_output=True, text=True, env=slurm, cwd=REPOSITORY))
    assert "log_linear_classification.png" in (tmp_path / "report.html").read_text()


def test_any_other_scheduler_is_three_commands(slurm, small, snakemake, tmp_path):
    project = Project(tmp_path / "run", small, snakemake, 2, shards=f"{small}/shards/natural_tiny/*.tar")
    command = ["snakemake", "--snakefile", REPOSITORY / "Snakefile", "--directory", project.folder]
    command += [
        "--workflow-profile",
        REPOSITORY / "profiles" / "cluster-generic",
        "results/text_index/mine/00000.parquet",
    ]
    command += ["--cluster-generic-status-cmd", REPOSITORY / "profiles" / "cluster-generic" / "status.sh"]
    finished(subprocess.run(list(map(str, command)), capture_output=True, text=True, env=slurm, cwd=REPOSITORY))
    index = project.folder / "results" / "text_index" / "mine" / "00000.parquet"
    assert index.read_bytes() == (small / "text_index" / "natural_tiny" / "00000.parquet").read_bytes()

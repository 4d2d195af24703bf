"""Locks of runs: a killed run's are freed, a living one's are not, nor those of a run whose jobs are elsewhere."""

import subprocess
import sys

import pytest
from programs import SCRIPTS

from concept_freq.workflow.runs import BESIDE, LOCKS, keep_locked, start_in

RUN = "import sys; from pathlib import Path; from concept_freq.workflow.runs import start_in"
RUN += "; start_in(Path(sys.argv[1])); print(flush=True); sys.stdin.read()"


@pytest.fixture
def other(tmp_path):
    """Another run at work in the folder, which has locked a file as Snakemake does."""
    command = [sys.executable, "-c", RUN, tmp_path]
    with subprocess.Popen(command, stdin=-1, stdout=-1, env={"PYTHONPATH": str(SCRIPTS)}) as process:
        process.stdout.readline()
        (tmp_path / LOCKS / "0.output.lock").write_text("results/table.csv\n")
        yield process
        process.kill()


def test_what_a_killed_run_locked_is_freed(other, tmp_path):
    other.kill()
    other.wait()
    assert start_in(tmp_path) == ""
    assert not list((tmp_path / LOCKS).iterdir())


def test_what_a_living_run_locked_stays(other, tmp_path):
    assert start_in(tmp_path) == BESIDE
    assert [path.name for path in (tmp_path / LOCKS).iterdir()] == ["0.output.lock"]


def test_locks_of_jobs_elsewhere_outlive_their_run(other, tmp_path):
    keep_locked(tmp_path)
    other.kill()
    other.wait()
    assert start_in(tmp_path) == ""
    assert (tmp_path / LOCKS / "0.output.lock").exists()


def test_a_folder_that_cannot_be_locked_is_left_to_snakemake(tmp_path):
    (tmp_path / "file").touch()
    assert start_in(tmp_path / "file") == ""

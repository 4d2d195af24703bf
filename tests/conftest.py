"""What the tests share: where the repository is, and how to call Snakemake."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from programs import REPOSITORY


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def snakemake():
    """Call Snakemake in a folder with this Python's environment; returns the finished process."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def call(*arguments: str, folder: Path = REPOSITORY) -> subprocess.CompletedProcess:
        command = ["snakemake", "--snakefile", str(REPOSITORY / "Snakefile"), "--directory", str(folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=REPOSITORY)

    return call


@pytest.fixture(scope="session")
def small(snakemake) -> Path:
    """Results of the small run; made when they are not there, brought up to date when they are."""
    with FileLock(REPOSITORY / ".test" / ".lock"):  # one of the processes that share the tests makes them
        result = snakemake("--cores", "2", folder=REPOSITORY / ".test")
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-8000:]
    return REPOSITORY / ".test" / "results"


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one workflow file, which share a run, in one process."""
    for item in items:
        if item.path.parent.name == "workflow" and item.path.parent.parent.name == "tests":
            item.add_marker(pytest.mark.xdist_group(item.path.stem))

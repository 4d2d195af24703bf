"""Where the repository is, and how tests call its programs."""

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).parents[1]
SCRIPTS = REPOSITORY / "scripts"


def run(script: str, *arguments: object, folder: Path = REPOSITORY, **environment: str) -> subprocess.CompletedProcess:
    """Run ``scripts/SCRIPT`` with this Python in a folder; returns the finished process with its output as text."""
    command = [sys.executable, str(SCRIPTS / script), *map(str, arguments)]
    known = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=known, stdin=subprocess.DEVNULL)


def call(program: ModuleType, *arguments: object) -> None:
    """Call a program's ``main`` with arguments in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [program.__name__, *map(str, arguments)])
        program.main()

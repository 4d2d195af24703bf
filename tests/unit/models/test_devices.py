"""Two jobs never share a GPU; without one, whatever a scheduler says, the CPU does the work."""

import subprocess
import sys
from pathlib import Path

import pytest

from concept_freq.models import devices

HOLD = "import sys; from concept_freq.models.devices import lock; print(lock(sys.argv[1:], 0.05), flush=True); input()"


def hold(names: list[str], folder: Path) -> subprocess.Popen:
    """A process that takes one of these devices and keeps it until it is told to end."""
    environment = {"PYTHONPATH": str(Path(devices.__file__).parents[2]), "TMPDIR": str(folder)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", HOLD, *names], text=True, env=environment, **pipes)


@pytest.mark.slow
def test_each_job_gets_a_device_of_its_own_and_the_next_one_waits(tmp_path):
    names = ["gpu-a", "gpu-b"]
    first, second = hold(names, tmp_path), None
    assert first.stdout.readline() == "0\n"
    second = hold(names, tmp_path)
    assert second.stdout.readline() == "1\n"
    third = hold(names, tmp_path)
    assert "every GPU is in use" in third.stderr.readline()
    second.kill()  # a killed job gives its device back too
    second.communicate()
    assert third.stdout.readline() == "1\n"
    for process in (first, third):
        process.communicate("\n")
        assert process.returncode == 0


def test_a_gpu_that_is_only_promised_leaves_the_cpu():
    code = "from concept_freq.models.devices import pick; print(pick())"
    environment = {"PYTHONPATH": str(Path(devices.__file__).parents[2]), "CUDA_VISIBLE_DEVICES": "9"}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert found.stdout == "cpu\n"


def test_a_gpu_that_is_asked_for_by_name_and_missing_is_an_error(monkeypatch):
    monkeypatch.setattr(devices.torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit, match="cuda:1"):
        devices.pick("cuda:1")

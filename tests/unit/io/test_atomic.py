"""Files appear whole or not at all, through links and pipes too, and killed programs leave nothing for good."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from programs import SCRIPTS

from concept_freq.io import atomic
from concept_freq.io.atomic import atomic_path, exits_on_sigterm, host, scratch_folder
from concept_freq.io.duck import connect

WRITER = """
import sys, time
from pathlib import Path
from concept_freq.io.atomic import atomic_path, scratch_folder
with atomic_path(Path(sys.argv[1]) / "table.csv") as temporary, scratch_folder("runs") as folder:
    temporary.write_text("half")
    (folder / "run").write_text("half")
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def dead() -> int:
    """Number of a process that is gone."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def names(folder: Path) -> list[str]:
    """What is in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def write(path: Path, text: str = "new") -> None:
    """Write a file through a temporary one."""
    with atomic_path(path) as temporary:
        temporary.write_text(text)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "a.txt").symlink_to(tmp_path / "disk" / "a.txt")
    for text in ("first", "second"):  # the file is not there at first
        write(tmp_path / "a.txt", text)
        assert (tmp_path / "a.txt").is_symlink()
        assert (tmp_path / "disk" / "a.txt").read_text() == text
    assert names(tmp_path / "disk") == ["a.txt"]


def test_a_pipe_is_written_to_and_never_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "stdout").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "stdout"):
        found = []
        reader = threading.Thread(target=lambda found=found: found.append((tmp_path / "pipe").read_text()))
        reader.start()
        write(tmp_path / name)
        reader.join()
        assert found == ["new"]
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "stdout").is_symlink()
    assert names(tmp_path) == ["pipe", "stdout"]


def test_a_device_stays_one(tmp_path):
    (tmp_path / "null").symlink_to(os.devnull)
    write(tmp_path / "null")
    assert (tmp_path / "null").is_symlink()
    assert Path(os.devnull).is_char_device()


def test_a_folder_in_place_of_a_file_is_one_message(tmp_path):
    with pytest.raises(SystemExit, match="is no regular file; give the name of a file"):
        write(tmp_path)


def test_what_a_killed_process_left_is_swept_and_what_may_live_is_not(tmp_path, dead):
    kept = [f".a.csv.elsewhere-{dead}.part", f".a.csv.{host()}-1.part", f".b.csv.{host()}-{dead}.part", ".a.csv.part"]
    for name in [*kept, f".a.csv.{host()}-{dead}.part"]:
        (tmp_path / name).write_text("half")
    write(tmp_path / "a.csv")
    assert names(tmp_path) == sorted([*kept, "a.csv"])


def test_a_scratch_folder_goes_and_takes_those_of_the_dead(tmp_path, monkeypatch, dead):
    monkeypatch.setattr(atomic.tempfile, "tempdir", str(tmp_path))
    left = tmp_path / f".runs.abc.{host()}-{dead}.part"
    left.mkdir()
    (left / "run").write_text("half")
    with scratch_folder("runs") as folder:
        (folder / "run").write_text("half")
        assert names(tmp_path) == [folder.name]
    assert not names(tmp_path)


def test_the_content_is_on_disk_before_the_name_is_given(tmp_path, monkeypatch):
    steps = []
    replace = Path.replace
    monkeypatch.setattr(atomic, "sync", lambda path: steps.append(path.name))
    monkeypatch.setattr(Path, "replace", lambda self, path: (steps.append("rename"), replace(self, path)))
    write(tmp_path / "a.csv")
    assert steps == [f".a.csv.{host()}-{os.getpid()}.part", "rename", tmp_path.name]


@pytest.mark.parametrize("kill", [signal.SIGTERM, signal.SIGKILL])
def test_a_terminated_program_cleans_up_and_a_killed_one_is_cleaned_up_after(tmp_path, monkeypatch, kill):
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", WRITER, tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(kill)
    assert process.returncode == (128 + signal.SIGTERM if kill == signal.SIGTERM else -signal.SIGKILL)
    assert len(names(tmp_path)) == (0 if kill == signal.SIGTERM else 2)
    monkeypatch.setattr(atomic.tempfile, "tempdir", str(tmp_path))
    write(tmp_path / "table.csv")
    with scratch_folder("runs"):
        pass
    assert names(tmp_path) == ["table.csv"]


def test_a_handler_of_the_program_is_left_alone():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with exits_on_sigterm():
            assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with exits_on_sigterm():
        assert signal.getsignal(signal.SIGTERM) == atomic.terminate
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_threads_write_without_a_handler(tmp_path):
    thread = threading.Thread(target=write, args=(tmp_path / "a.csv",))
    thread.start()
    thread.join()
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_the_standard_output_is_written_to(tmp_path, monkeypatch, capfdbinary, name):
    monkeypatch.chdir(tmp_path)
    write(Path(name), "counts\n")
    assert capfdbinary.readouterr().out == b"counts\n"
    assert not names(tmp_path)


def test_what_is_said_and_what_is_written_follow_one_another_in_a_file(tmp_path):
    code = "from pathlib import Path; from concept_freq.io.atomic import atomic_path\nprint('first', flush=True)\n"
    code += "with atomic_path(Path('/dev/stdout')) as temporary: temporary.write_text('second\\n')\nprint('third')"
    (tmp_path / "log").write_text("before\n")
    with (tmp_path / "log").open("a") as file:
        subprocess.run(
            [sys.executable, "-c", code], stdout=file, check=True, env={**os.environ, "PYTHONPATH": str(SCRIPTS)}
        )
    assert (tmp_path / "log").read_text() == "before\nfirst\nsecond\nthird\n"


def test_a_database_takes_what_a_killed_one_spilled(tmp_path, monkeypatch, dead):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / f".duckdb.{'0' * 32}.{host()}-{dead}.part"
    left.mkdir()
    (left / "duckdb_temp_storage-0.tmp").write_bytes(b"spilled")
    connect().close()
    assert not names(tmp_path)

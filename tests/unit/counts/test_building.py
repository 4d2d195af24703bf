"""Building an index: what a terminated job leaves, and that its bytes depend on nothing but the captions."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from programs import SCRIPTS

from concept_freq.counts import build_index as building
from concept_freq.counts.build_index import build_index
from concept_freq.io import atomic
from concept_freq.io.duck import connect
from concept_freq.io.tables import write_table

BUILD_APART = """
import sys
from pathlib import Path
from concept_freq.counts import build_index as building
from concept_freq.io.duck import connect
if __name__ == "__main__":
    building.FAN = 0
    building.build_index(connect(), Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.fixture
def captions(tmp_path) -> Path:
    """A table of captions."""
    rows = [{"shard": "0", "row": i, "key": str(i), "caption": f"a cat {i} and dogs"} for i in range(50)]
    write_table(rows, "captions", tmp_path / "captions.parquet")
    return tmp_path / "captions.parquet"


def test_a_terminated_build_leaves_no_runs(tmp_path, captions, monkeypatch):
    scratch, write_run = tmp_path / "scratch", building.write_run
    scratch.mkdir()
    monkeypatch.setattr(atomic.tempfile, "tempdir", str(scratch))

    def terminated(db, batch, path):
        write_run(db, batch, path)
        assert path.exists()
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(building, "write_run", terminated)
    with pytest.raises(SystemExit):
        build_index(connect(), captions, tmp_path / "index.parquet")
    assert not list(scratch.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["captions.parquet", "scratch"]


@pytest.mark.slow
def test_a_build_in_two_processes_ends_with_the_one_that_is_terminated(tmp_path):
    rows = [{"shard": "0", "row": i, "key": str(i), "caption": f"a cat {i} " * 20} for i in range(200_000)]
    write_table(rows, "captions", tmp_path / "captions.parquet")
    (tmp_path / "scratch").mkdir()
    (tmp_path / "build.py").write_text(BUILD_APART)
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "TMPDIR": str(tmp_path / "scratch")}
    command = [sys.executable, tmp_path / "build.py", tmp_path / "captions.parquet", tmp_path / "index.parquet"]
    with subprocess.Popen(command, env=environment) as process:
        while not list((tmp_path / "scratch").glob(".concept_freq_index.*/000001.parquet")):
            assert process.poll() is None
            time.sleep(0.02)
        process.terminate()
    assert process.returncode == 128 + signal.SIGTERM
    assert not list((tmp_path / "scratch").iterdir())
    assert not (tmp_path / "index.parquet").exists()

"""Five chunks counted in one process take no more than three; ``make soak`` counts a hundred."""

from pathlib import Path

import pytest
from soak import Taken, problems, soak


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_chunk_after_chunk_takes_no_more(tmp_path):
    assert problems(soak(tmp_path, 5)) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["concepts.tsv", "scratch"]


def test_what_grows_is_said():
    flat = [Taken(100, 9, 0)] * 3
    assert problems([*flat, Taken(120, 9, 0)]) == []
    assert [line.split(":")[0] for line in problems([*flat, Taken(400, 12, 0)])] == ["megabytes", "descriptors"]
    assert "temporary: 2 files left" in problems([*flat, Taken(100, 9, 2)])

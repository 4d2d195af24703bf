"""The file of judgements: raters of several programs and Unix users write it at the same time, and some are killed."""

import csv
import io
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import SCRIPTS

from concept_freq.rating.ratings import COLUMNS, RatingsError
from concept_freq.rating.store import Ratings

PAIRS = pd.DataFrame({"pretraining": "mine", "shard": "0", "row": range(30), "caption": "a cat"})
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as two Unix users")


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder where every user may write; the one that pytest gives is closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def mode(path: Path) -> int:
    """A file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask() -> Iterator[None]:
    """A umask that shuts others out."""
    old = os.umask(0o077)
    yield
    os.umask(old)


def test_raters_who_write_at_the_same_time_lose_nothing(tmp_path):
    path = tmp_path / "ratings.csv"
    raters = [Ratings(PAIRS, rater, path) for rater in ("Ann", "Bea", "Cy")]
    threads = [Thread(target=lambda one=one: [one.add(i, "yes") for i in range(30)]) for one in raters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.own().count("yes") for one in raters] == [30, 30, 30]


@pytest.mark.parametrize(("folder", "wanted"), [(0o700, 0o600), (0o755, 0o600), (0o775, 0o660), (0o777, 0o666)])
def test_who_may_write_in_the_folder_may_write_the_judgements(tmp_path, umask, folder, wanted):
    path = tmp_path / "ratings.csv"
    tmp_path.chmod(folder)
    Ratings(PAIRS, "Ann", path).add(0, "yes")
    assert mode(path) == wanted
    assert mode(tmp_path / ".ratings.csv.lock") == 0o666


def test_permissions_that_the_owner_gave_stay(tmp_path, umask):
    path = tmp_path / "ratings.csv"
    Ratings(PAIRS, "Ann", path).add(0, "yes")
    path.chmod(0o644)
    Ratings(PAIRS, "Ann", path).add(1, "yes")
    assert mode(path) == 0o644


CELL = st.sampled_from(
    ["mine", "0", "1", "7", "Ann", "Bo", "yes", "no", "maybe", "", "\r", '"', "a,b", "\x00", "\ufeff", "é\n"]
)
HEAD = st.permutations([*COLUMNS, "note"]) | st.lists(st.sampled_from([*COLUMNS, "note", ""]), max_size=8)
LINES = st.lists(st.lists(CELL, max_size=8) | st.just(["mine", "0", "1", "Ann", "yes", "x"]), max_size=4)


def as_csv(head: list[str], lines: list[list[str]]) -> bytes:
    """A table as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([head, *lines])
    return text.getvalue().encode()


def rows_of(held: bytes) -> list[list[str]]:
    """Cells of a CSV file, blank lines left out."""
    return [row for row in csv.reader(io.StringIO(held.decode("utf-8-sig"), newline="")) if row]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.builds(as_csv, HEAD, LINES))
def test_any_file_is_either_refused_untouched_or_keeps_what_it_held(tmp_path, held):
    path = tmp_path / "ratings.csv"
    path.write_bytes(held)
    try:
        Ratings(PAIRS, "Cy", path).add(0, "no")
    except RatingsError as error:
        assert "ratings.csv: " in str(error)
        assert path.read_bytes() == held
    else:
        head, *before = rows_of(held)
        whole = [row + [""] * (len(head) - len(row)) for row in before]
        assert rows_of(path.read_bytes())[:-1] == [head, *whole]
        own = dict(zip(head, rows_of(path.read_bytes())[-1], strict=True))
        assert [own[name] for name in COLUMNS] == ["mine", "0", "0", "Cy", "no"]


def as_user(user: int, action) -> str:
    """What an action says in a process of another Unix user: '' or its error."""
    reader, writer = os.pipe()
    if not (child := os.fork()):
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            action()
        except Exception as error:
            os.write(writer, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as said:
        return said.read()


# Eight raters of two Unix users, in one interpreter that forks: each says on the pipe what was acknowledged.
RATERS = """
import encodings.utf_8_sig  # another user may not read this Python's folder
import os, random, signal, sys, time
from pathlib import Path
import pandas as pd
from concept_freq.rating.store import Ratings

path, root = Path(sys.argv[1]), os.geteuid() == 0
pairs = pd.DataFrame({"pretraining": "mine", "shard": "0", "row": range(500), "caption": "a cat"})
reader, writer = os.pipe()
children = []
for number in range(8):
    children.append(os.fork())
    if not children[-1]:
        if root and number % 2:
            os.setgroups([]), os.setgid(65534), os.setuid(65534)
        os.umask(0o077 if number % 4 < 2 else 0o022)
        rater = Ratings(pairs, f"rater{number}", path)
        for pair in range(500):
            rater.add(pair, random.choice(["yes", "no", "unclear"]))
            os.write(writer, f"{number},{pair}\\n".encode())
        os._exit(0)
os.close(writer)
for child in children:
    time.sleep(0.25)
    os.kill(child, signal.SIGKILL)
for child in children:
    os.waitpid(child, 0)
print(os.fdopen(reader).read(), end="")
"""


@pytest.mark.slow
def test_no_acknowledged_judgement_of_eight_killed_raters_is_lost(shared):
    path = shared / "ratings.csv"
    command = [sys.executable, "-c", RATERS, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "OPENBLAS_NUM_THREADS": "1"}
    found = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, timeout=60)
    said = [tuple(map(int, line.split(","))) for line in found.stdout.splitlines()]
    assert {number for number, _ in said} == set(range(8))
    pairs = pd.DataFrame({"pretraining": "mine", "shard": "0", "row": range(500), "caption": "a cat"})
    own = [Ratings(pairs, f"rater{number}", path).own() for number in range(8)]  # the file is whole
    assert [(number, pair) for number, pair in said if not own[number][pair]] == []
    assert sum(judgement != "" for judgements in own for judgement in judgements) <= len(said) + 8
    Ratings(pairs, "rater0", path).add(499, "yes")  # no lock was left


@AS_ROOT
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_two_unix_users_share_a_file_whatever_their_umask(shared, umask):
    path = shared / "ratings.csv"
    for number, user in enumerate((65534, 0, 12345, 65534, 0)):
        assert as_user(user, lambda number=number: Ratings(PAIRS, f"rater{number}", path).add(number, "yes")) == ""
    assert len(path.read_text().splitlines()) == 6


@AS_ROOT
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_folder_that_cannot_be_shared_is_named(shared):
    path = shared / "ratings.csv"
    Ratings(PAIRS, "Ann", path).add(0, "yes")
    for permissions in (0o755, 0o1777):
        shared.chmod(permissions)
        said = as_user(65534, lambda: Ratings(PAIRS, "Bo", path).add(1, "yes"))
        assert said.startswith("RatingsError")
        assert "need a folder where all may write and replace files" in said


def test_a_spoilt_file_stays(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text("spoilt\n")
    with pytest.raises(RatingsError):
        Ratings(PAIRS, "Ann", path).add(0, "yes")
    assert path.read_text() == "spoilt\n"

"""Packages from registries: only the pinned bytes are taken, and every other outcome is one message."""

import hashlib
import sys

import pytest

from concept_freq.io import packages
from concept_freq.io.packages import PackageError, package_bytes

SHA256 = hashlib.sha256(b"wheel").hexdigest()


def client(code: str) -> tuple[str, ...]:
    """A client that gets a folder and a package's name."""
    return sys.executable, "-S", "-c", f"import sys, pathlib; folder = pathlib.Path(sys.argv[1]); {code}"


WRITES = "(folder / 'a.whl').write_bytes(b'wheel')"


def test_the_pinned_bytes_are_taken():
    assert package_bytes(client(WRITES), "a==1", SHA256) == b"wheel"


@pytest.mark.parametrize(
    ("command", "sha256", "message"),
    [
        (client(WRITES), "0" * 64, f"a==1: sha256 is {SHA256}, its registry row expects 000"),
        (client(f"{WRITES}; sys.exit(1)"), SHA256, "a==1 could not be fetched"),
        (client("pass"), SHA256, "a==1 could not be fetched"),
        (client("import time; time.sleep(9)"), SHA256, "a==1: no answer in 0.2 s"),
        (("no-such-client",), SHA256, "a==1: no-such-client is not installed"),
    ],
    ids=["other bytes", "failure", "nothing", "no answer", "no client"],
)
def test_anything_else_is_one_message(monkeypatch, command, sha256, message):
    monkeypatch.setattr(packages, "TIMEOUT", 0.2 if "no answer" in message else 20)
    with pytest.raises(PackageError, match=message):
        package_bytes(command, "a==1", sha256)

"""Pinned packages by the registries' own clients, which know this machine's mirrors, proxies and certificates."""

import hashlib
import subprocess
import sys

from concept_freq.io.atomic import scratch_folder

PIP = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest")
NPM = ("npm", "pack", "--silent", "--ignore-scripts", "--pack-destination")
TIMEOUT = 1800  # seconds


class PackageError(RuntimeError):
    """A package that could not be had; the message names it, the reason and the remedy."""


def package_bytes(client: tuple[str, ...], package: str, sha256: str) -> bytes:
    """Bytes of a package (NAME==VERSION or NAME@VERSION); a client's own message goes to the log where it fails."""
    with scratch_folder("concept_freq_package") as folder:
        try:
            failed = subprocess.run([*client, folder, package], stdout=subprocess.DEVNULL, timeout=TIMEOUT).returncode
        except FileNotFoundError:
            raise PackageError(f"{package}: {client[0]} is not installed here") from None
        except subprocess.TimeoutExpired:
            raise PackageError(f"{package}: no answer in {TIMEOUT} s; is the registry reachable from here?") from None
        files = list(folder.iterdir())
        if failed or len(files) != 1:
            raise PackageError(f"{package} could not be fetched; is the registry reachable from here?")
        data = files[0].read_bytes()
    if (found := hashlib.sha256(data).hexdigest()) != sha256:
        raise PackageError(f"{package}: sha256 is {found}, its registry row expects {sha256}; correct the one or other")
    return data

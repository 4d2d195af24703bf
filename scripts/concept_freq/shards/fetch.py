"""Fetch shards: resumed where the line broke, tried again where the server is busy, and kept only if they are right.

A shard is right if it has the size and sha256 that its manifest gives, and in any case the size that the server said
and the look of its kind; so an error page, a cut body or another file is never taken for a shard.
"""

import tarfile
import time
from pathlib import Path

from concept_freq.io.digests import sha256_of
from concept_freq.shards.manifests import Shard
from concept_freq.shards.remote import CUT, Answer, RefusedError, StaleError, UnavailableError, open_from

BLOCK = 1 << 20
WRONG = 3  # times that a whole file may be another than the wanted one
MAGIC = {".parquet": b"PAR1", ".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd"}
PAGES = (b"<!doctype", b"<html", b"<?xml")


class FetchError(RuntimeError):
    """A shard that could not be had; the message names it, the reason and the remedy."""


class WrongError(RuntimeError):
    """A whole file that is not the wanted one."""


def looks_right(path: Path, kind: str) -> bool:
    """Whether a file starts (and a Parquet file ends) as its kind does; text must be no web page."""
    if kind == ".tar":
        return tarfile.is_tarfile(path)
    with path.open("rb") as file:
        start = file.read(64)
        file.seek(max(0, path.stat().st_size - 4))
        end = file.read()
    if kind == ".parquet":
        return start.startswith(MAGIC[kind]) and end == MAGIC[kind]
    return start.startswith(MAGIC.get(kind, b"")) and not start.lstrip().lower().startswith(PAGES)


def check(path: Path, shard: Shard, size: int | None) -> None:
    """Raise WrongError where a fetched file is not the shard. ``size`` is what the server said."""
    found, expected = path.stat().st_size, size if shard.size is None else shard.size
    if expected is None and not shard.sha256:
        raise RefusedError("comes without a length, so nobody can tell whether it is whole: give its size or sha256")
    if expected is not None and found != expected:
        raise WrongError(f"has {found} bytes, expected {expected}")
    if shard.sha256 and (digest := sha256_of([path])) != shard.sha256:
        raise WrongError(f"sha256 is {digest}, expected {shard.sha256}")
    kind = Path(shard.name).suffix
    if not looks_right(path, kind):
        raise WrongError(f"is no {kind} file")


def receive(answer: Answer, part: Path) -> None:
    """Append an answer's bytes to what is there; all of it anew where the server did not go on from there."""
    with part.open("ab") as file:
        file.truncate(answer.start)
        while block := answer.body.read(BLOCK):
            file.write(block)


def attempt(shard: Shard, part: Path) -> None:
    """Get what is missing of a shard, once, and check the whole."""
    version = part.with_suffix(".version")
    known = version.read_text() if version.exists() and part.exists() else ""
    with open_from(shard.location, part.stat().st_size if known else 0) as answer:
        if answer.start and answer.version != known:
            raise StaleError("changed between two tries")
        version.write_text(answer.version)
        receive(answer, part)
    if answer.size is not None and part.stat().st_size < answer.size:
        raise UnavailableError(f"broke off after {part.stat().st_size} of {answer.size} bytes")
    check(part, shard, answer.size)


def fetch(shard: Shard, path: Path, tries: int = 8, pause: float = 1.0) -> None:
    """Fetch a shard to ``path``; raises FetchError. Between tries it waits ``pause`` seconds, then twice as long."""
    part, wrong = path.with_name(f".{path.name}.part"), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    for n in range(tries):
        wait = pause * 2**n
        try:
            attempt(shard, part)
            part.replace(path)
            part.with_suffix(".version").unlink()
            return
        except RefusedError as error:
            raise FetchError(f"{shard.location}: {error}; correct the manifest or the address") from None
        except (WrongError, StaleError) as error:  # to go on from it would be in vain
            part.unlink(missing_ok=True)
            reason, wrong = str(error), wrong + 1
            if wrong == WRONG:
                raise FetchError(
                    f"{shard.location}: {reason}, {wrong} times; correct the manifest or the file"
                ) from None
        except UnavailableError as error:
            reason, wait = str(error), max(wait, error.after)
        except CUT as error:
            reason = f"{type(error).__name__}: {error}"
        print(f"{shard.location}: {reason}; try {n + 1} of {tries}", flush=True)
        time.sleep(wait if n + 1 < tries else 0)
    raise FetchError(f"{shard.location}: {reason}, after {tries} tries; run again to go on from what is there")

"""Fetch files: resumed where the line broke, tried again where the server is busy, and kept only if they are right.

A file is right if it has the size and sha256 that are known of it, and in any case the size that the server said
and the look of its kind; so an error page, a cut body or another file is never taken for it.
"""

import errno
import tarfile
import time
from pathlib import Path

from concept_freq.io.atomic import publish
from concept_freq.io.digests import sha256_of
from concept_freq.shards.manifests import Shard
from concept_freq.shards.remote import (
    CUT,
    PATIENCE,
    Answer,
    RefusedError,
    StaleError,
    UnavailableError,
    open_from,
    shown,
)

BLOCK = 1 << 20
SLOWEST = 1000  # bytes a second, on the average of an answer that takes longer than PATIENCE
WRONG = 3  # times that a whole file may be another than the wanted one
LARGEST = 1 << 38  # bytes of a file whose size nobody says
MAGIC = {".parquet": b"PAR1", ".gz": b"\x1f\x8b", ".tgz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd"}
UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}  # what this machine's disk says
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


def check(path: Path, shard: Shard) -> None:
    """Raise WrongError where a fetched file is not the shard."""
    if shard.sha256 and (digest := sha256_of([path])) != shard.sha256:
        raise WrongError(f"sha256 is {digest}, expected {shard.sha256}")
    kind = Path(shard.name).suffix
    if not looks_right(path, kind):
        raise WrongError(f"is no {kind} file")


def expected_size(shard: Shard, answer: Answer) -> int | None:
    """Bytes that the whole file must have; raises where this answer cannot become the file, or nobody could tell."""
    if shard.size is None and answer.size is None and not (shard.sha256 or answer.ends):
        raise RefusedError("comes without a length, so nobody can tell whether it is whole: give its size or sha256")
    if None not in (shard.size, answer.size) and shard.size != answer.size:
        raise WrongError(f"has {answer.size} bytes, expected {shard.size}")
    return answer.size if shard.size is None else shard.size


def receive(answer: Answer, part: Path, limit: int) -> None:
    """Append an answer's bytes to what is there, at most up to ``limit``; all of it anew where it starts anew."""
    read = getattr(answer.body, "read1", answer.body.read)  # what is there, without waiting for a whole block
    start, received = time.monotonic(), 0
    with part.open("ab") as file:
        file.seek(file.truncate(answer.start))
        while block := read(BLOCK):
            if file.tell() + len(block) > limit:
                raise WrongError(f"goes on beyond {limit} bytes")
            received += file.write(block)
            passed = time.monotonic() - start
            if passed > PATIENCE and received < SLOWEST * passed:
                raise UnavailableError(f"sends less than {SLOWEST} bytes a second")


def attempt(shard: Shard, part: Path) -> None:
    """Get what is missing of a shard, once, and check the whole."""
    version = part.with_suffix(".version")
    known = version.read_text("utf-8") if version.exists() and part.exists() else ""
    offset = part.stat().st_size if known else 0
    with open_from(shard.location, offset) as answer:
        if answer.start not in (0, offset):
            raise StaleError(f"answered from byte {answer.start} on, asked for {offset}")
        if answer.start and answer.version != known:
            raise StaleError("changed between two tries")
        size = expected_size(shard, answer)
        version.write_text(answer.version, "utf-8")
        receive(answer, part, LARGEST if size is None else size)
    if size is not None and (found := part.stat().st_size) < size:
        raise UnavailableError(f"broke off after {found} of {size} bytes")
    check(part, shard)


def keep(part: Path, path: Path) -> None:
    """Give a complete file its name."""
    publish(part, path)
    part.with_suffix(".version").unlink()


def fetch(shard: Shard, path: Path, tries: int = 8, pause: float = 1.0) -> None:
    """Fetch a shard to ``path``; raises FetchError. Between tries it waits ``pause`` seconds, then twice as long."""
    part, wrong, place = path.with_name(f".{path.name}.part"), 0, shown(shard.location)
    path.parent.mkdir(parents=True, exist_ok=True)
    for n in range(tries):
        wait = min(pause * 2**n, PATIENCE)
        try:
            attempt(shard, part)
            return keep(part, path)
        except RefusedError as error:
            raise FetchError(f"{place}: {error}; correct the manifest or the address") from None
        except (WrongError, StaleError) as error:  # to go on from it would be in vain
            part.unlink(missing_ok=True)
            reason, wrong = str(error), wrong + 1
            if wrong == WRONG:
                raise FetchError(f"{place}: {reason}, {wrong} times; correct the manifest or the file") from None
        except UnavailableError as error:
            reason, wait = str(error), max(wait, error.after)
        except CUT as error:
            if getattr(error, "errno", None) in UNWRITABLE:
                raise FetchError(f"{place}: cannot be kept: {error}; make room for {path}, run again") from None
            reason = shown(f"{type(error).__name__}: {error}")
        print(f"{place}: {reason}; try {n + 1} of {tries}", flush=True)
        time.sleep(wait if n + 1 < tries else 0)
    raise FetchError(f"{place}: {reason}, after {tries} tries; run again to go on from what is there")

"""Files that appear whole or not at all, and temporary ones that no killed program leaves behind for good."""

import os
import platform
import re
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

STDOUT = ("-", "/dev/stdout")
PART = re.compile(r"(\.\w+)?\.(?P<host>[^.]+)-(?P<pid>\d+)\.part")  # how a temporary name ends: whose it is


def terminate(signum: int, _: object) -> None:
    """Handle a signal by leaving as ``sys.exit`` does, so that ``finally`` blocks run."""
    raise SystemExit(128 + signum)


@contextmanager
def exits_on_sigterm() -> Iterator[None]:
    """Let SIGTERM (``scancel``, a time limit) raise SystemExit here, unless the program handles it already."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def host() -> str:
    """Name of this machine, without dots."""
    return platform.node().replace(".", "_") or "localhost"


def own_ending() -> str:
    """How the names of this process's temporary files and folders end."""
    return f".{host()}-{os.getpid()}.part"


def is_alive(pid: int) -> bool:
    """Whether a process of this machine runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass  # another user's process, or no number of one: not ours to remove
    return True


def remove(path: Path) -> None:
    """Remove a file, a link or a folder if it is there and may be removed."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def sweep(folder: Path, name: str) -> None:
    """Remove what killed processes of this machine left of ``name``; those of other machines may still live."""
    with os.scandir(folder) as entries:
        found = [entry.name for entry in entries if entry.name.startswith(f".{name}.")]
    for entry in found:
        part = PART.fullmatch(entry.removeprefix(f".{name}"))
        if part and part["host"] == host() and not is_alive(int(part["pid"])):
            remove(folder / entry)


def sync(path: Path) -> None:
    """Wait until a file or folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish(temporary: Path, path: Path) -> None:
    """Rename a complete file or folder to ``path``; it is on disk before, so a power cut leaves no empty file."""
    sync(temporary)
    temporary.replace(path)
    with suppress(OSError):  # some network file systems cannot sync a folder
        sync(path.parent)


@contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """Give an empty folder among the machine's temporary files; after a kill, the next use of ``name`` removes it."""
    sweep(Path(tempfile.gettempdir()), name)
    with exits_on_sigterm():
        folder = Path(tempfile.mkdtemp(own_ending(), f".{name}."))
        try:
            yield folder
        finally:
            remove(folder)


@contextmanager
def stream_path(path: Path) -> Iterator[Path]:
    """Give a temporary file whose bytes go into a pipe, a device or the standard output on success."""
    with scratch_folder("concept_freq_stream") as folder:
        temporary = folder / "stream"
        yield temporary
        with temporary.open("rb") as source, ExitStack() as stack:
            target = sys.stdout.buffer if str(path) in STDOUT else stack.enter_context(path.open("wb"))
            shutil.copyfileobj(source, target)
            target.flush()


@contextmanager
def regular_path(path: Path) -> Iterator[Path]:
    """Give a temporary name beside ``path``; rename it to ``path`` on success, remove it on failure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent, path.name)
    temporary = path.with_name(f".{path.name}{own_ending()}")
    try:
        yield temporary
        publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary name to write to; what stands there is renamed to ``path`` on success, removed on failure.

    A link stays a link: the file that it points to is replaced. A pipe or a character device is written to, and ``-``
    is the standard output.
    """
    if path.is_dir() or path.is_block_device() or path.is_socket():
        sys.exit(f"{path}: is no regular file; give the name of a file to write")
    special = str(path) in STDOUT or path.is_fifo() or path.is_char_device()
    writer = stream_path(path) if special else regular_path(path.resolve() if path.is_symlink() else path)
    with exits_on_sigterm(), writer as temporary:
        yield temporary

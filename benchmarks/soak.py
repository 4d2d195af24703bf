"""Count chunk after chunk in one process: memory, open files and temporary files must stay as they are.

make soak           100 chunks; CHUNKS=1000 for more
"""

import argparse
import contextlib
import io
import os
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

import count_concepts
import index_captions
import parse_captions

WARM = 3  # chunks until caches and compiled code are there
GROWTH_MB = 64  # of memory, over all chunks
SAMPLES = 300


class Taken(NamedTuple):
    """What the process holds: megabytes of memory, open files, and files in the folder for temporary ones."""

    megabytes: float
    descriptors: int
    temporary: int


def taken(scratch: Path) -> Taken:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    files = sum(1 for _ in scratch.rglob("*"))
    return Taken(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, len([*Path("/proc/self/fd").iterdir()]), files)


def shard(path: Path, number: int) -> Path:
    """A shard of captions, none like another's."""
    with tarfile.open(path, "w") as tar:
        for sample in range(SAMPLES):
            text = f"a cat and {sample % 7} dogs, picture {number * SAMPLES + sample}".encode()
            member = tarfile.TarInfo(f"{sample:05d}.txt")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    return path


def call(program, **options: object) -> None:
    """A program's entry point with options, in this process and in silence."""
    arguments = [word for name, value in options.items() for word in (f"--{name}", *str(value).split())]
    sys.argv = [program.__name__, *arguments]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        program.main()


def count_chunk(folder: Path, concepts: Path, number: int) -> None:
    """Parse, index and count one chunk as the workflow does, and remove what it made."""
    tar, captions, skipped, index, counts = (
        folder / f"{number:05d}.{kind}" for kind in ("tar", "captions", "skipped", "index", "counts")
    )
    call(parse_captions, shards=shard(tar, number), skipped=skipped, out=captions)
    call(index_captions, captions=captions, out=index)
    call(count_concepts, captions=captions, index=index, concepts=concepts, modes="phrase", thresholds=0.7, out=counts)
    for path in (tar, captions, skipped, index, counts):
        path.unlink()


def soak(folder: Path, chunks: int) -> list[Taken]:
    """What the process holds after each chunk; ``folder`` takes its temporary files as well."""
    scratch, concepts = folder / "scratch", folder / "concepts.tsv"
    scratch.mkdir()
    concepts.write_text("concept\taliases\ncat\t\ndog\t\n")
    before, tempfile.tempdir = tempfile.tempdir, str(scratch)
    arguments = sys.argv
    found = []
    try:
        for number in range(chunks):
            count_chunk(folder, concepts, number)
            found.append(taken(scratch))
    finally:
        tempfile.tempdir, sys.argv = before, arguments
    return found


def problems(found: list[Taken]) -> list[str]:
    """What grew after the first chunks."""
    first, last = found[WARM - 1], found[-1]
    grown = [
        f"{name}: {before:.0f} after {WARM} chunks, {after:.0f} after {len(found)}"
        for name, before, after in zip(Taken._fields, first, last, strict=True)
        if after > before + GROWTH_MB * (name == "megabytes")
    ]
    return grown + [f"temporary: {last.temporary} files left"] * bool(last.temporary)


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=100)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = soak(Path(folder), args.chunks)
    if grown := problems(found):
        sys.exit("\n".join(grown))
    print(
        f"{args.chunks} chunks: {found[WARM - 1].megabytes:.0f} MB after {WARM}, {found[-1].megabytes:.0f} at the end"
    )


if __name__ == "__main__":
    main()
